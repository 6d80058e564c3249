import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Command } from 'commander'
import { messageOf, Rejected } from '#model/error.ts'
import { parseRule } from '#rules/parse-rule.ts'
import { type RuleTestResult, runRuleTests } from '#rules/run-rule-test.ts'
import { isRuleTest, loadRules, shippedRules, yamlFiles } from './load-rules.ts'
import { loadSchedules } from './load-schedules.ts'
import { addBookCommands } from './rule-book.ts'
import { explainCommand } from './rule-explanation.ts'
import { overrideCommand } from './rule-overrides.ts'

/** `wanmi rules`: what can be said of rules without a service, and the rule book of one. */
export function rulesCommand(): Command {
  const command = new Command('rules').description(
    'check and test rules; look into and change those of a service',
  )
  command
    .command('check')
    .description('check rule files without a service; ends with 1 when one is not right')
    .argument('<files...>')
    .action(check)
  command
    .command('test')
    .description('run the tests beside the rules of a folder (*.test.yaml)')
    .argument('[folder]', 'the rules that come along when absent')
    .option('--json', 'one JSON document per test')
    .action(test)
  addBookCommands(command)
  command.addCommand(overrideCommand())
  command.addCommand(explainCommand())
  return command
}

async function check(files: readonly string[]): Promise<void> {
  let bad = 0
  for (const file of files) {
    try {
      const { rule } = parseRule(await readText(file), file)
      console.log(`${file}: ${rule.id} is right`)
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
      console.error(error.message)
      bad += 1
    }
  }
  if (bad > 0) process.exitCode = 1
}

async function test(folder: string = shippedRules, { json = false }): Promise<void> {
  const rules = await loadRules(folder)
  const schedules = await loadSchedules(null)
  const files = (await yamlFiles(folder)).filter(isRuleTest)
  const results: RuleTestResult[] = []
  for (const file of files) {
    results.push(...runRuleTests(await readText(file), basename(file), rules, schedules))
  }
  for (const result of results) {
    if (json) console.log(JSON.stringify({ ...result, passed: result.fault === undefined }))
    else if (result.fault) console.error(`✗ ${result.rule}: ${result.name}\n${result.fault}`)
    else console.log(`✓ ${result.rule}: ${result.name}`)
  }
  const failed = results.filter(({ fault }) => fault !== undefined).length
  const untested = rules.filter(({ rule }) => !results.some((result) => result.rule === rule.id))
  if (!json) {
    console.log(`${results.length - failed} passed, ${failed} failed`)
    for (const { rule } of untested) console.log(`${rule.id} has no test`)
  }
  if (failed > 0) process.exitCode = 1
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new Rejected('invalid-input', `${file} cannot be read: ${messageOf(cause)}`, { cause })
  }
}

import type { Pool } from 'pg'
import { ruleTestThread } from '#cli/rule-test-thread.ts'
import { messageOf, Rejected } from '#model/error.ts'
import { RuleDocument } from '#rules/rule-document.ts'
import { RuleTestDocument } from '#rules/rule-test-document.ts'
import { parseRuleTests } from '#rules/run-rule-test.ts'
import type { SourcedSchedule } from '#rules/schedule/named-schedules.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { RuleTests, type TestsEdit } from '#store/rule-book/rule-tests.ts'

interface RuleTestOptions {
  readonly pool: Pool
  /** Test files of the folder of rules. */
  readonly files: readonly { readonly name: string; readonly text: string }[]
  readonly schedules: ReadonlyMap<string, SourcedSchedule>
  readonly clock: Clock
  readonly log: Logger
}

/** The tests beside the rules, kept and run, and what the language of both is made of. */
export function openRuleTests({ pool, files, schedules, clock, log }: RuleTestOptions) {
  const tests = new RuleTests({ pool, shipped: byRule(files, log), clock })
  const ruleTests = {
    find: (ruleId: string) => tests.find(ruleId),
    async save(ruleId: string, document: string, edit: TestsEdit) {
      const { rule } = parseRuleTests(document, 'tests')
      if (rule !== ruleId) {
        throw new Rejected('invalid-input', `tests: they are of the rule ${rule}, not of ${ruleId}`)
      }
      return tests.save(ruleId, document, edit)
    },
    run: ruleTestThread(schedules),
  }
  const ruleWords = {
    ruleSchema: plain(RuleDocument),
    testSchema: plain(RuleTestDocument),
    schedules: [...schedules.values()],
  }
  return { ruleTests, ruleWords }
}

/** A file that is no test of a rule keeps no service from starting. */
function byRule(files: RuleTestOptions['files'], log: Logger): ReadonlyMap<string, string> {
  const shipped = new Map<string, string>()
  for (const { name, text } of files) {
    try {
      shipped.set(parseRuleTests(text, name).rule, text)
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
      log.warn({ file: name, reason: messageOf(error) }, 'tests of a rule are left out')
    }
  }
  return shipped
}

/** Without what TypeBox keeps beside a schema. */
const plain = (schema: object) => JSON.parse(JSON.stringify(schema)) as Record<string, unknown>

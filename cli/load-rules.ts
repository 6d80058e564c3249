import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { messageOf, Rejected } from '#model/error.ts'
import { type ParsedRule, parseRules } from '#rules/parse-rule.ts'

/** The folder of the rules that come along. */
export const shippedRules = join(import.meta.dirname, '..', 'rules', 'library')

/** Whether a file of a folder of rules tests one of them. */
export const isRuleTest = (file: string): boolean => /\.test\.ya?ml$/.test(file)

/** Paths of all YAML files of a folder, by name. */
export async function yamlFiles(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort()
  return names.map((name) => join(folder, name))
}

/** A rule file as it is written. */
export interface RuleFile {
  readonly name: string
  readonly text: string
}

/**
 * Reads every rule file of a folder, each of which is right; null: the rules that ship with Wanmi.
 *
 * @throws Rejected `bad-configuration` naming the folder, or the file and what is wrong in it
 */
export async function readLibrary(folder: string | null): Promise<readonly RuleFile[]> {
  const { files } = await readFolder(folder ?? shippedRules)
  return files
}

/** The same, ready to be folded. @throws as {@link readLibrary} does */
export async function loadRules(folder: string | null): Promise<readonly ParsedRule[]> {
  const { rules } = await readFolder(folder ?? shippedRules)
  return rules
}

/** Reads the files beside the rules of a folder that test them. */
export async function readRuleTests(folder: string | null): Promise<readonly RuleFile[]> {
  const paths = await yamlFiles(folder ?? shippedRules)
  return readAll(paths.filter(isRuleTest))
}

const readAll = (paths: readonly string[]): Promise<readonly RuleFile[]> =>
  Promise.all(
    paths.map(async (path) => ({ name: basename(path), text: await readFile(path, 'utf8') })),
  )

async function readFolder(folder: string) {
  try {
    const paths = (await yamlFiles(folder)).filter((path) => !isRuleTest(path))
    const files = await readAll(paths)
    return { files, rules: parseRules(files) }
  } catch (error) {
    const message = `the rules in ${folder} cannot be used: ${messageOf(error)}`
    throw new Rejected('bad-configuration', message, { cause: error })
  }
}

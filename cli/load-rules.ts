import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { messageOf, Rejected } from '#model/error.ts'
import type { CompiledRule } from '#rules/compiled-rule.ts'
import { parseRules } from '#rules/parse-rule.ts'

/** The folder of the rules that come along. */
export const shippedRules = join(import.meta.dirname, '..', 'rules', 'library')

/** Whether a file of a folder of rules tests one of them. */
export const isRuleTest = (file: string): boolean => /\.test\.ya?ml$/.test(file)

/** Paths of all YAML files of a folder, by name. */
export async function yamlFiles(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort()
  return names.map((name) => join(folder, name))
}

/**
 * Reads every rule file of a folder; null: the rules that ship with Wanmi.
 *
 * @throws Rejected `bad-configuration` naming the folder, or the file and what is wrong in it
 */
export async function loadRules(folder: string | null): Promise<readonly CompiledRule[]> {
  const from = folder ?? shippedRules
  try {
    const paths = (await yamlFiles(from)).filter((path) => !isRuleTest(path))
    const files = await Promise.all(
      paths.map(async (path) => ({ name: basename(path), text: await readFile(path, 'utf8') })),
    )
    return parseRules(files)
  } catch (error) {
    const message = `the rules in ${from} cannot be used: ${messageOf(error)}`
    throw new Rejected('bad-configuration', message, { cause: error })
  }
}

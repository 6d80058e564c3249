import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, Rejected } from '#model/error.ts'
import type { CompiledRule } from '#rules/compiled-rule.ts'
import { parseRules } from '#rules/parse-rule.ts'

const SHIPPED = join(import.meta.dirname, '..', 'rules', 'library')

/**
 * Reads every rule file of a folder; null: the rules that ship with Wanmi.
 *
 * @throws Rejected `bad-configuration` naming the folder, or the file and what is wrong in it
 */
export async function loadRules(folder: string | null): Promise<readonly CompiledRule[]> {
  const from = folder ?? SHIPPED
  try {
    const names = (await readdir(from)).filter((name) => /\.ya?ml$/.test(name)).sort()
    const files = await Promise.all(
      names.map(async (name) => ({ name, text: await readFile(join(from, name), 'utf8') })),
    )
    return parseRules(files)
  } catch (error) {
    const message = `the rules in ${from} cannot be used: ${messageOf(error)}`
    throw new Rejected('bad-configuration', message, { cause: error })
  }
}

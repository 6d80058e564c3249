import { readFile, writeFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { messageOf, Rejected } from '#model/error.ts'

const COLUMNS = ['id', 'secret']
// For its owner alone.
const MODE = 0o600

/**
 * The secrets of devices by id, from a CSV file with the columns `id` and `secret`. None where
 * there is no such file yet.
 *
 * @throws Rejected('invalid-input') when the file cannot be read or is none of these.
 */
export async function readSecrets(path: string): Promise<Map<string, string>> {
  const rows = rowsOf(path, await textOf(path))
  const [header = COLUMNS, ...others] = rows
  if (header.join() !== COLUMNS.join() || others.some(([id, secret]) => !id || !secret)) {
    throw new Rejected('invalid-input', `${path} is no CSV with the columns id and secret`)
  }
  return new Map(others as [string, string][])
}

/** @throws Rejected('invalid-input') when the file cannot be written. */
export async function writeSecrets(
  path: string,
  secrets: ReadonlyMap<string, string>,
): Promise<void> {
  try {
    await writeFile(path, stringify([COLUMNS, ...secrets]), { mode: MODE })
  } catch (cause) {
    throw refused(path, 'written', cause)
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return ''
    throw refused(path, 'read', cause)
  }
}

function rowsOf(path: string, text: string): string[][] {
  try {
    return parse(text, { bom: true, skip_empty_lines: true })
  } catch (cause) {
    throw refused(path, 'read', cause)
  }
}

const refused = (path: string, done: string, cause: unknown): Rejected =>
  new Rejected('invalid-input', `${path} cannot be ${done}: ${messageOf(cause)}`, { cause })

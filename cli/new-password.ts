import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { messageOf, Rejected } from '#model/error.ts'

/** No letter or digit that is taken for another when somebody reads it out. */
const SIGNS = 'abcdefghjkmnpqrstuvwxyz23456789'
const GROUPS = 4
const GROUP_LENGTH = 5

/**
 * A password for somebody else: the first line of a file, or a new one of 99 random bits. It is not
 * taken from the command line, which others on the machine can read.
 *
 * @throws Rejected('invalid-input') when the file cannot be read
 */
export async function newPassword(
  file: string | undefined,
): Promise<{ readonly password: string; readonly isNew: boolean }> {
  if (file === undefined) return { password: randomPassword(), isNew: true }
  try {
    const [password = ''] = (await readFile(file, 'utf8')).split(/\r?\n/, 1)
    return { password, isNew: false }
  } catch (cause) {
    throw new Rejected('invalid-input', `${file} cannot be read: ${messageOf(cause)}`, { cause })
  }
}

const randomPassword = (): string =>
  Array.from({ length: GROUPS }, () =>
    Array.from({ length: GROUP_LENGTH }, () => SIGNS[randomInt(SIGNS.length)]).join(''),
  ).join('-')

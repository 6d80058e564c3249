import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, Rejected } from '#model/error.ts'
import { parseNamedSchedules, type SourcedSchedule } from '#rules/schedule/named-schedules.ts'

/** The named schedules that come along. */
export const shippedSchedules = join(import.meta.dirname, '..', 'rules', 'schedules.yaml')

/**
 * Reads a file of named schedules; null: those that ship with Wanmi.
 *
 * @throws Rejected `bad-configuration` naming the file and what is wrong in it
 */
export async function loadSchedules(
  file: string | null,
): Promise<ReadonlyMap<string, SourcedSchedule>> {
  const path = file ?? shippedSchedules
  try {
    return parseNamedSchedules(await readFile(path, 'utf8'), path)
  } catch (error) {
    const message = `the schedules cannot be used: ${messageOf(error)}`
    throw new Rejected('bad-configuration', message, { cause: error })
  }
}

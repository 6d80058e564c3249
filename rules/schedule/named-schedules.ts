import { parseDocument } from 'yaml'
import { Rejected } from '#model/error.ts'
import type { NamedSchedule } from '#model/schedule.ts'
import { schemaCheck } from '#model/schema-fault.ts'
import { parseSchedule } from './parse-schedule.ts'
import { NamedSchedulesDocument } from './schedule-document.ts'

/** A named schedule of a file, with what its hours rest on. */
export interface SourcedSchedule extends NamedSchedule {
  /** A norm or notice, or `our default`. */
  readonly source: string
}

const faultsOf = schemaCheck(NamedSchedulesDocument)

/**
 * Reads a file of named schedules.
 *
 * @param name what to call the file in a fault
 * @throws Rejected `invalid-input` naming file, place and reason, or an id that comes twice
 */
export function parseNamedSchedules(
  text: string,
  name: string,
): ReadonlyMap<string, SourcedSchedule> {
  const document = parseDocument(text)
  const [syntax] = document.errors
  if (syntax) throw fault(name, syntax.message.split('\n', 1)[0]?.replace(/:$/, '') ?? 'no YAML')
  const value: unknown = document.toJS()
  const faults = faultsOf(value)
  if (faults.length > 0) throw fault(name, faults.map(({ detail }) => detail).join('; '))
  const schedules = new Map<string, SourcedSchedule>()
  for (const { id, title, source, ...own } of value as NamedSchedulesDocument) {
    if (schedules.has(id)) throw fault(name, `two schedules have the id ${id}`)
    schedules.set(id, { id, title, source, ...scheduleOf(own, id, name) })
  }
  return schedules
}

function scheduleOf(own: Parameters<typeof parseSchedule>[0], id: string, name: string) {
  try {
    return parseSchedule(own, id)
  } catch (error) {
    if (error instanceof Rejected) throw fault(name, error.message, error)
    throw error
  }
}

const fault = (name: string, reason: string, cause?: unknown): Rejected =>
  new Rejected('invalid-input', `${name}: ${reason}`, cause === undefined ? {} : { cause })

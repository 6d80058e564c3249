import type { Schedule } from '#model/schedule.ts'
import { type EpochMs, parseInstant } from '#model/time.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import { type CompiledSchedule, compileSchedule } from '#rules/schedule/compile-schedule.ts'
import { parseSchedule } from '#rules/schedule/parse-schedule.ts'
import type { OwnScheduleDocument } from '#rules/schedule/schedule-document.ts'

/** A schedule as a document writes it. */
export const schedule = (document: OwnScheduleDocument): Schedule => parseSchedule(document, '')

/** One with the holidays of China, in a zone. */
export const compiled = (
  document: OwnScheduleDocument,
  timeZone = 'Asia/Shanghai',
): CompiledSchedule => compileSchedule(schedule(document), CHINESE_CALENDAR, timeZone)

/** `2026-02-14T09:00+08:00`, seconds or not. */
export function instant(text: string): EpochMs {
  const at = parseInstant(text.replace(/(T\d\d:\d\d)(?=Z|[+-])/, '$1:00'))
  if (at === undefined) throw new RangeError(`${text} is no instant`)
  return at
}

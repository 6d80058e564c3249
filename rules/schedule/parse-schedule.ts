import { Rejected } from '#model/error.ts'
import type { RuleSchedule, Schedule, Season, TimeWindow } from '#model/schedule.ts'
import type { OwnScheduleDocument, RuleScheduleDocument } from './schedule-document.ts'

const ALL_DAY: TimeWindow = { days: null, from: 0, to: 1_440 }
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Reads the `schedule` of a rule from a document that fits its schema. A name is not looked up.
 *
 * @param path what to call its place in a fault
 * @throws Rejected `invalid-input` naming place and reason: a day that no month has, `not` with more
 */
export function parseRuleSchedule(
  document: RuleScheduleDocument,
  path = '/schedule',
): RuleSchedule {
  if (typeof document === 'string') return { not: false, schedule: document }
  const { not, ...own } = document
  if (not === undefined) return { not: false, schedule: parseSchedule(own, path) }
  if (own.windows !== undefined || own.seasons !== undefined) {
    throw new Rejected('invalid-input', `${path}: \`not\` stands alone, windows and seasons in it`)
  }
  return { not: true, schedule: typeof not === 'string' ? not : parseSchedule(not, `${path}/not`) }
}

/**
 * Reads windows and seasons from a document that fits its schema.
 *
 * @throws Rejected `invalid-input` naming place and reason
 */
export function parseSchedule(document: OwnScheduleDocument, path: string): Schedule {
  const { windows, seasons } = document
  if (windows === undefined && seasons === undefined) {
    throw new Rejected('invalid-input', `${path}: a schedule has windows, seasons or both`)
  }
  return {
    windows: windows?.map(windowOf) ?? [ALL_DAY],
    seasons: seasons?.map((season, index) => seasonOf(season, `${path}/seasons/${index}`)) ?? null,
  }
}

function windowOf(window: NonNullable<OwnScheduleDocument['windows']>[number]): TimeWindow {
  const { days = null, from = '00:00', to = '24:00' } = window
  // Midnight as an end is that at the end of the day.
  return { days, from: minuteOf(from), to: minuteOf(to) || ALL_DAY.to }
}

const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

function seasonOf({ from, to }: Season, path: string): Season {
  for (const [field, date] of [
    ['from', from],
    ['to', to],
  ]) {
    const [month = 0, day = 0] = String(date).split('-').map(Number)
    if (day > (MONTH_DAYS[month - 1] ?? 0)) {
      throw new Rejected('invalid-input', `${path}/${field}: no year has a day ${date}`)
    }
  }
  return { from, to }
}

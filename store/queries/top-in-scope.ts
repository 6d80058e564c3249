import type { DeviceKind } from '#model/kind.ts'
import type { Scope } from '#model/principal.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import { dateOf, dayOf, startOfDay } from '#store/days/day-summaries.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { type Most, topOfDays, topOfReadings } from '#store/tops/top-statements.ts'
import { Conditions } from './conditions.ts'
import { runsOfDays } from './day-rows.ts'
import { addScope, DEVICE_SCOPE } from './scope.ts'

export interface TopRow {
  readonly device_id: string
  readonly number: number
}

/** Which days are summed up, each but for some devices. */
export interface SummedDays {
  lateOf(kind: string, day: number): ReadonlySet<string> | undefined
}

interface Question extends Span {
  readonly kind: DeviceKind
  readonly channel: string
  readonly most: Most
  readonly scope: Scope
  readonly days: SummedDays | null
}

/** Whole hours. */
interface Span {
  readonly from: EpochMs
  readonly to: EpochMs
}

/** A day of which more devices are not summed up is read. */
const FEW_LATE = 1_000
const HOURS_OF_DAY = 24
const HOUR_MS = 3_600_000

/**
 * The first devices of a scope, fifty of each part of the span: days that are summed up, devices of such
 * days of which readings came after that, and what is not summed up.
 */
export async function topInScope(session: Session, question: Question): Promise<TopRow[]> {
  const { days, kind } = question
  // What is late now stays so for this answer: until its day is summed up again it is read.
  const lateOf = new Map<number, ReadonlySet<string>>()
  for (let day = dayOf(question.from); day <= dayOf(epochMs(question.to - 1)); day += 1) {
    const late = days?.lateOf(kind.name, day)
    if (late !== undefined && late.size <= FEW_LATE) lateOf.set(day, new Set(late))
  }
  const rows: TopRow[] = []
  for (const run of runsOfDays(question, (day) => lateOf.has(day))) {
    if (!run.isSummed) {
      rows.push(...(await ofReadings(session, question, run)))
      continue
    }
    const late = [...lateOf].filter(
      ([day]) => startOfDay(day) < run.to && startOfDay(day + 1) > run.from,
    )
    rows.push(...(await ofDays(session, question, run, late)))
    for (const [day, devices] of late) {
      if (devices.size === 0) continue
      const part = {
        from: epochMs(Math.max(run.from, startOfDay(day))),
        to: epochMs(Math.min(run.to, startOfDay(day + 1))),
      }
      rows.push(...(await ofReadings(session, question, part, [...devices])))
    }
  }
  return rows
}

/** Hours since the epoch by the clocks of China. */
const hourInChina = (at: EpochMs): number =>
  dayOf(at) * HOURS_OF_DAY + (at - startOfDay(dayOf(at))) / HOUR_MS

async function ofDays(
  session: Session,
  { kind, channel, most, scope }: Question,
  { from, to }: Span,
  late: readonly (readonly [number, ReadonlySet<string>])[],
): Promise<readonly TopRow[]> {
  const pairs = late.flatMap(([day, devices]) => [...devices].map((id) => [dateOf(day), id]))
  const values = [
    kind.name,
    dateOf(dayOf(from)),
    dateOf(dayOf(epochMs(to - 1)) + 1),
    hourInChina(from),
    hourInChina(to),
    pairs.map(([day]) => day),
    pairs.map(([, id]) => id),
  ]
  const where = addScope(new Conditions(values.length), scope, DEVICE_SCOPE)
  const text = topOfDays(kind, channel, most, conditionOf(where))
  return await query<TopRow>(session, text, [...values, ...where.values])
}

/** Of all devices of the scope, or of these of them. */
async function ofReadings(
  session: Session,
  { kind, channel, most, scope }: Question,
  { from, to }: Span,
  devices?: readonly string[],
): Promise<readonly TopRow[]> {
  const where = addScope(new Conditions(2), scope, DEVICE_SCOPE)
  where.addGiven('id = any(?::text[])', devices)
  const text = topOfReadings(kind, channel, most, conditionOf(where))
  const span = [formatTimestamp(from), formatTimestamp(to)]
  return await query<TopRow>(session, text, [...span, ...where.values])
}

const conditionOf = (where: Conditions): string => where.clause().replace(/^where /, '')

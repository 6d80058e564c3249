import type { Pool } from 'pg'
import { Broken } from '#model/error.ts'
import type { DeviceKind } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import type { Scope } from '#model/principal.ts'
import type { EpochMs } from '#model/time.ts'
import { query, type Session } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { type Most, topOfHours, topOfReadings } from '#store/tops/top-statements.ts'
import { hourOf, startOfHour } from '#store/tops/top-summaries.ts'
import { overMany } from './over-many.ts'
import { DEVICE_SCOPE, scopeCondition } from './scope.ts'
import { type SummedDays, type TopRow, topInScope } from './top-in-scope.ts'

export interface TopQuestion {
  readonly kind: string
  /** No boolean. */
  readonly channel: string
  /** Who had the greatest value, or the least. */
  readonly most: Most
  readonly from: EpochMs
  readonly to: EpochMs
  /** At most fifty. */
  readonly limit: number
  readonly scope: Scope
}

export interface TopDevice {
  readonly deviceId: string
  readonly value: number
}

export interface TopAnswer {
  /** Whole hours about the span that was asked for. */
  readonly from: EpochMs
  readonly to: EpochMs
  readonly devices: readonly TopDevice[]
}

interface Parts {
  readonly pool: Pool
  readonly summaries: { isSummed(kind: string, hour: number): boolean }
  /** What is summed up by the day; null: nothing is. */
  readonly days: SummedDays | null
}

/**
 * The devices that stand out over a span. For those who see the whole city it takes what was summed up
 * by the hour, and reads what was not; for whoever sees only some devices it takes what was summed up of
 * these by the day, and reads the rest of what they sent.
 */
export function createTopQueries({ pool, summaries, days }: Parts) {
  return {
    async top(question: TopQuestion): Promise<TopAnswer> {
      const [first, end] = [hourOf(question.from), hourOf(endOf(question.to))]
      const kind = findKind(question.kind)
      if (!kind) throw new Broken('internal', `there is no kind ${question.kind}`)
      const isBounded = scopeCondition(question.scope, DEVICE_SCOPE).text !== 'true'
      const span = { from: startOfHour(first), to: startOfHour(end) }
      const isKnown = (hour: number): boolean => summaries.isSummed(kind.name, hour)
      const rows = await overMany(pool, (client) =>
        isBounded
          ? topInScope(client, { ...question, ...span, kind, days })
          : topOfCity(client, question, kind, { first, end, isKnown }),
      )
      return { ...span, devices: firstOf(rows, question.most).slice(0, question.limit) }
    },
  }
}

const topOfCity = async (
  client: Session,
  question: TopQuestion,
  kind: DeviceKind,
  hours: Hours,
): Promise<readonly TopRow[]> => [
  ...(await ofHours(client, question, kind, hours)),
  ...(await ofReadings(client, question, kind, runsOf(hours))),
]

const endOf = (to: EpochMs): EpochMs => (to + 3_599_999) as EpochMs

interface Hours {
  readonly first: number
  readonly end: number
  readonly isKnown: (hour: number) => boolean
}

const timeOf = (hour: number): string => formatTimestamp(startOfHour(hour))

async function ofHours(
  session: Session,
  { channel, most }: TopQuestion,
  kind: DeviceKind,
  { first, end, isKnown }: Hours,
): Promise<readonly TopRow[]> {
  const all = Array.from({ length: end - first }, (_, index) => first + index)
  const unknown = all.filter((hour) => !isKnown(hour))
  if (unknown.length === all.length) return []
  const values = [kind.name, channel, timeOf(first), timeOf(end), unknown.map(timeOf)]
  return await query<TopRow>(session, topOfHours(most), values)
}

async function ofReadings(
  session: Session,
  { channel, most }: TopQuestion,
  kind: DeviceKind,
  runs: readonly (readonly [number, number])[],
): Promise<readonly TopRow[]> {
  const text = topOfReadings(kind, channel, most, null)
  const rows: TopRow[] = []
  for (const [from, to] of runs) {
    rows.push(...(await query<TopRow>(session, text, [timeOf(from), timeOf(to)])))
  }
  return rows
}

/** The longest runs of hours that are not known. */
function runsOf({ first, end, isKnown }: Hours): readonly (readonly [number, number])[] {
  const runs: [number, number][] = []
  for (let hour = first; hour < end; hour += 1) {
    if (isKnown(hour)) continue
    const last = runs.at(-1)
    if (last?.[1] === hour) last[1] = hour + 1
    else runs.push([hour, hour + 1])
  }
  return runs
}

/** Of each device the value that stands out most, in order. */
function firstOf(rows: readonly TopRow[], most: Most): readonly TopDevice[] {
  const sign = most === 'max' ? -1 : 1
  const best = new Map<string, number>()
  for (const { device_id, number } of rows) {
    const before = best.get(device_id)
    if (before === undefined || (number - before) * sign < 0) best.set(device_id, number)
  }
  return [...best]
    .map(([deviceId, value]) => ({ deviceId, value }))
    .sort((a, b) => (a.value - b.value) * sign || (a.deviceId < b.deviceId ? -1 : 1))
}

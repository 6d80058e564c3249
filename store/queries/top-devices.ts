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
import { Conditions } from './conditions.ts'
import { overMany } from './over-many.ts'
import { addScope, DEVICE_SCOPE } from './scope.ts'

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
}

type Row = { readonly device_id: string; readonly number: number }

/**
 * The devices that stand out over a span. For those who see the whole city it takes what was summed up
 * by the hour, and reads what was not; for whoever sees only some devices it reads what these sent.
 */
export function createTopQueries({ pool, summaries }: Parts) {
  return {
    async top(question: TopQuestion): Promise<TopAnswer> {
      const [first, end] = [hourOf(question.from), hourOf(endOf(question.to))]
      const kind = findKind(question.kind)
      if (!kind) throw new Broken('internal', `there is no kind ${question.kind}`)
      const where = addScope(new Conditions(2), question.scope, DEVICE_SCOPE)
      const seen = where.clause().replace(/^where /, '')
      const isKnown = (hour: number): boolean => seen === '' && summaries.isSummed(kind.name, hour)
      const rows = await overMany(pool, async (client) => [
        ...(seen === '' ? await ofHours(client, question, kind, { first, end, isKnown }) : []),
        ...(await ofReadings(client, question, kind, runsOf(first, end, isKnown), where)),
      ])
      return {
        from: startOfHour(first),
        to: startOfHour(end),
        devices: firstOf(rows, question.most).slice(0, question.limit),
      }
    },
  }
}

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
): Promise<readonly Row[]> {
  const all = Array.from({ length: end - first }, (_, index) => first + index)
  const unknown = all.filter((hour) => !isKnown(hour))
  if (unknown.length === all.length) return []
  const values = [kind.name, channel, timeOf(first), timeOf(end), unknown.map(timeOf)]
  return await query<Row>(session, topOfHours(most), values)
}

async function ofReadings(
  session: Session,
  { channel, most }: TopQuestion,
  kind: DeviceKind,
  runs: readonly (readonly [number, number])[],
  where: Conditions,
): Promise<readonly Row[]> {
  const seen = where.clause().replace(/^where /, '')
  const text = topOfReadings(kind, channel, most, seen === '' ? null : seen)
  const rows: Row[] = []
  for (const [from, to] of runs) {
    rows.push(...(await query<Row>(session, text, [timeOf(from), timeOf(to), ...where.values])))
  }
  return rows
}

/** The longest runs of hours that are not known. */
function runsOf(
  first: number,
  end: number,
  isKnown: (hour: number) => boolean,
): readonly (readonly [number, number])[] {
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
function firstOf(rows: readonly Row[], most: Most): readonly TopDevice[] {
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

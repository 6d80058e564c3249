import type { Device } from '#model/device.ts'
import { Broken } from '#model/error.ts'
import { findKind } from '#model/kinds.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import { numbersOf } from '#store/days/day-statements.ts'
import { dateOf, dayOf, startOfDay } from '#store/days/day-summaries.ts'
import { query, type Session } from '#store/query.ts'
import type { Aggregate, ChannelAggregate } from './aggregates.ts'
import type { Statement } from './readings.ts'

interface Span {
  readonly from: EpochMs
  readonly to: EpochMs
}

const HOUR_MS = 3_600_000

/** A row of `reading_day` with the numbers of some channels: of the first `least0` and so on. */
interface DayRow {
  readonly day: number
  readonly hours: readonly number[]
  readonly readings: readonly number[]
  readonly [numbers: string]: unknown
}

type Numbers = readonly (number | null)[] | null

/** A span cut where days that are summed up meet those that are not. */
export function runsOfDays(
  { from, to }: Span,
  isSummed: (day: number) => boolean,
): readonly (Span & { readonly isSummed: boolean })[] {
  const runs: { from: EpochMs; to: EpochMs; isSummed: boolean }[] = []
  for (let at = from; at < to; ) {
    const day = dayOf(at)
    const end = epochMs(Math.min(to, startOfDay(day + 1)))
    const last = runs.at(-1)
    if (last && last.isSummed === isSummed(day)) last.to = end
    else runs.push({ from: at, to: end, isSummed: isSummed(day) })
    at = end
  }
  return runs
}

/** The hours of a span in days that are summed up. */
export async function hoursOfDays(
  session: Session,
  device: Device,
  { from, to, channels }: Span & { readonly channels: readonly string[] },
): Promise<readonly Aggregate[]> {
  const { text, values } = dayRows(device, { from, to, channels })
  const rows = await query<DayRow>(session, text, values)
  return rows.flatMap((row) =>
    row.hours.flatMap((hour, place) => {
      const at = epochMs(startOfDay(row.day) + hour * HOUR_MS)
      if (at < from || at >= to) return []
      return {
        from: at,
        readings: row.readings[place] ?? 0,
        channels: Object.fromEntries(
          channels.map((name, index) => [name, valueOf(row, index, place)]),
        ),
      }
    }),
  )
}

/** The rows of a span, with no more numbers than are asked for: reading them as text takes longest. */
export function dayRows(
  device: Device,
  { from, to, channels }: Span & { readonly channels: readonly string[] },
): Statement {
  const kind = findKind(device.kind)
  if (!kind) throw new Broken('internal', `there is no kind ${device.kind}`)
  const names = numbersOf(kind).map(({ name }) => name)
  const columns = channels.flatMap((channel, index) => {
    const first = names.indexOf(channel)
    const slice = `[${first} * cardinality(hours) + 1 : ${first + 1} * cardinality(hours)]`
    return MEASURES.map((measure) => `${measure}${slice} as ${measure}${index}`)
  })
  return {
    text: `select ${["day - date '1970-01-01' as day", 'hours', 'readings', ...columns].join(', ')}
      from reading_day where kind = $1 and device_id = $2 and day >= $3::date and day <= $4::date
      order by day`,
    values: [kind.name, device.id, dateOf(dayOf(from)), dateOf(dayOf(epochMs(to - 1)))],
  }
}

const MEASURES = ['least', 'greatest', 'mean', 'counts'] as const

function valueOf(row: DayRow, index: number, place: number): ChannelAggregate {
  const at = (measure: (typeof MEASURES)[number]): number | null =>
    (row[`${measure}${index}`] as Numbers)?.[place] ?? null
  // A channel that the kind has got since is beyond the end of the row.
  const min = at('least')
  if (row[`greatest${index}`] === null) {
    return { count: min === null ? 0 : 1, min, max: min, avg: min }
  }
  return { count: at('counts') ?? 0, min, max: at('greatest'), avg: at('mean') }
}

/** Hours put together to days of China. */
export function byDay(hours: readonly Aggregate[]): readonly Aggregate[] {
  const days = Map.groupBy(hours, ({ from }) => dayOf(from))
  return [...days].map(([day, of]) => {
    const names = Object.keys(of[0]?.channels ?? {})
    return {
      from: startOfDay(day),
      readings: of.reduce((sum, { readings }) => sum + readings, 0),
      channels: Object.fromEntries(
        names.map((name) => [name, together(of.map(({ channels }) => channels[name]))]),
      ),
    }
  })
}

function together(parts: readonly (ChannelAggregate | undefined)[]): ChannelAggregate {
  const some = parts.filter((part) => part !== undefined && part.count > 0) as {
    readonly [Key in keyof ChannelAggregate]: number
  }[]
  const count = some.reduce((sum, part) => sum + part.count, 0)
  if (count === 0) return { count: 0, min: null, max: null, avg: null }
  return {
    count,
    min: Math.min(...some.map(({ min }) => min)),
    max: Math.max(...some.map(({ max }) => max)),
    avg: some.reduce((sum, part) => sum + part.avg * part.count, 0) / count,
  }
}

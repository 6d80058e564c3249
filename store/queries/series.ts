import type { Pool } from 'pg'
import type { Device } from '#model/device.ts'
import { Broken } from '#model/error.ts'
import { readingTable } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import type { Statement } from './readings.ts'

/** What the readings of a step come to: its extremes are kept, however many there are. */
export interface SeriesPoint {
  /** Begin of the step. */
  readonly at: EpochMs
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly count: number
}

/** A truth value that became another. */
export interface SeriesChange {
  readonly at: EpochMs
  readonly value: boolean
}

/** `changes`: every one, in their order; null where they are more than were asked for. */
export interface TruthSeries {
  readonly points: readonly SeriesPoint[]
  readonly changes: readonly SeriesChange[] | null
}

export interface SeriesQuestion {
  readonly device: Device
  /** A channel of its kind; truth values count as 0 and 1. */
  readonly channel: string
  /** Inclusive. */
  readonly from: EpochMs
  /** Exclusive. */
  readonly to: EpochMs
  /** Of a step. */
  readonly step_ms: number
}

interface Row {
  readonly at: EpochMs
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly count: number
}

/** One channel of one device over a span, step by step; steps without readings are left out. */
export async function readSeries(pool: Pool, question: SeriesQuestion): Promise<SeriesPoint[]> {
  const { text, values } = seriesSteps(question)
  return await query<Row>(pool, text, values)
}

interface TruthRow extends Row {
  /** Instants in epoch ms; null in each row where they are too many. */
  readonly changed: readonly number[] | null
  readonly became: readonly boolean[] | null
}

/** A truth value step by step, with each of its changes where they are no more than `most`. */
export async function readTruths(
  pool: Pool,
  question: SeriesQuestion,
  most: number,
): Promise<TruthSeries> {
  const { text, values } = truthSteps(question, most)
  const rows = await query<TruthRow>(pool, text, values)
  const isComplete = rows.every(({ changed }) => changed !== null)
  return {
    points: rows.map(({ at, min, max, mean, count }) => ({ at, min, max, mean, count })),
    changes: isComplete
      ? rows.flatMap(({ changed, became }) =>
          (changed ?? []).map((at, index) => ({
            at: epochMs(at),
            value: became?.[index] === true,
          })),
        )
      : null,
  }
}

/** In one pass over the readings; only what is answered of them is put together. */
export function truthSteps(
  { device, channel, from, to, step_ms }: SeriesQuestion,
  most: number,
): Statement {
  const kind = findKind(device.kind)
  if (!kind) throw new Broken('internal', `there is no kind ${device.kind}`)
  return {
    text: `with steps as (
       select date_bin(make_interval(secs => $4::float8), measured_at, $2::timestamptz) as at,
         min(value::int)::float8 as min, max(value::int)::float8 as max,
         avg(value::int)::float8 as mean, count(*)::int as count,
         count(*) filter (where value <> before) as changes,
         array_agg(extract(epoch from measured_at)::float8 * 1000 order by measured_at, seq)
           filter (where value <> before) as changed,
         array_agg(value order by measured_at, seq) filter (where value <> before) as became
       from (select measured_at, seq, ${channel} as value,
           lag(${channel}) over (order by measured_at, seq) as before
         from ${readingTable(kind)}
         where device_id = $1 and measured_at >= $2::timestamptz and measured_at < $3::timestamptz
           and ${channel} is not null) as readings
       group by 1
     ), counted as (select *, sum(changes) over () <= $5 as is_few from steps)
     select at, min, max, mean, count,
       case when is_few then coalesce(changed, '{}') end as changed,
       case when is_few then coalesce(became, '{}') end as became
     from counted order by at`,
    values: [device.id, formatTimestamp(from), formatTimestamp(to), step_ms / 1_000, most],
  }
}

/** `date_bin` counts in whole numbers, where `extract` would make a numeric of each instant. */
export function seriesSteps({ device, channel, from, to, step_ms }: SeriesQuestion): Statement {
  const kind = findKind(device.kind)
  const known = kind?.channels.find(({ name }) => name === channel)
  if (!kind || !known) throw new Broken('internal', `${device.kind} has no ${channel}`)
  const value = known.type === 'boolean' ? `${channel}::int` : channel
  return {
    text: `select date_bin(make_interval(secs => $4::float8), measured_at, $2::timestamptz) as at,
       min(${value})::float8 as min, max(${value})::float8 as max,
       avg(${value})::float8 as mean, count(*)::int as count
     from ${readingTable(kind)}
     where device_id = $1 and measured_at >= $2::timestamptz and measured_at < $3::timestamptz
       and ${channel} is not null
     group by 1 order by 1`,
    values: [device.id, formatTimestamp(from), formatTimestamp(to), step_ms / 1_000],
  }
}

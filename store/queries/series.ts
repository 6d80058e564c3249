import type { Pool } from 'pg'
import type { Device } from '#model/device.ts'
import { Broken } from '#model/error.ts'
import { readingTable } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import type { EpochMs } from '#model/time.ts'
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

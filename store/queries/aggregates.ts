import type { Pool } from 'pg'
import type { Device } from '#model/device.ts'
import { Broken } from '#model/error.ts'
import { readingTable } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import { days, type EpochMs, epochMs, hours } from '#model/time.ts'
import { query } from '#store/query.ts'
import { PERIODS, type PeriodName } from '#store/reading-ddl.ts'
import { formatTimestamp } from '#store/timestamp.ts'
import { byDay, hoursOfDays, runsOfDays } from './day-rows.ts'
import type { Statement } from './readings.ts'

export interface AggregateRange {
  readonly every: PeriodName
  /** Whole hours, or days of China, about this span. */
  readonly from: EpochMs
  readonly to: EpochMs
  /** Numbers, not booleans. */
  readonly channels: readonly string[]
}

/** What a channel was over an hour or a day; null where no reading had it. */
export interface ChannelAggregate {
  readonly count: number
  readonly min: number | null
  readonly max: number | null
  readonly avg: number | null
}

/** One hour or day in which there were readings. */
export interface Aggregate {
  readonly from: EpochMs
  readonly readings: number
  readonly channels: Readonly<Record<string, ChannelAggregate>>
}

interface Parts {
  readonly pool: Pool
  /** There are continuous aggregates. */
  readonly timescale: boolean
  /** Of which days a row has all; null: of none. */
  readonly days: { isSummed(kind: string, day: number, deviceId: string): boolean } | null
}

/**
 * The readings of one device by the hour or by the day. Without continuous aggregates days that are
 * summed up are taken from their rows, and the rest is read as it is stored.
 */
export function createAggregateQueries({ pool, timescale, days }: Parts) {
  const read = async (
    device: Device,
    range: AggregateRange & { readonly every: PeriodName },
  ): Promise<readonly Aggregate[]> => {
    const { text, values } = aggregateRows(device, range, timescale)
    const rows = await query<Record<string, number>>(pool, text, values)
    return rows.map((row) => ({
      from: row['bucket'] as EpochMs,
      readings: row['readings'] ?? 0,
      channels: Object.fromEntries(
        range.channels.map((name) => [
          name,
          {
            count: row[`${name}_count`] ?? 0,
            min: row[`${name}_min`] ?? null,
            max: row[`${name}_max`] ?? null,
            avg: row[`${name}_avg`] ?? null,
          },
        ]),
      ),
    }))
  }
  return {
    async aggregates(device: Device, asked: AggregateRange): Promise<readonly Aggregate[]> {
      const range = { ...asked, ...wholePeriods(asked) }
      if (timescale || days === null) return await read(device, range)
      const isSummed = (day: number): boolean => days.isSummed(device.kind, day, device.id)
      const parts: Aggregate[] = []
      for (const run of runsOfDays(range, isSummed)) {
        const hourly = { ...range, ...run, every: 'hourly' as const }
        const found = run.isSummed
          ? await hoursOfDays(pool, device, hourly)
          : await read(device, hourly)
        parts.push(...found)
      }
      return range.every === 'hourly' ? parts : byDay(parts)
    },
  }
}

/** The whole hours or days about a span. */
function wholePeriods({ every, from, to }: AggregateRange) {
  const origin = Date.parse(every === 'hourly' ? PERIODS[0].origin : PERIODS[1].origin)
  const length: number = every === 'hourly' ? hours(1) : days(1)
  const at = (count: number): EpochMs => epochMs(origin + count * length)
  return {
    from: at(Math.floor((from - origin) / length)),
    to: at(Math.ceil((to - origin) / length)),
  }
}

const MEASURES = ['min', 'max', 'avg', 'count'] as const

/**
 * From the continuous aggregate where there is one. A plain view of that name is of no use here: the
 * planner does not see that a bound on its hours is one on the time of readings.
 */
export function aggregateRows(
  device: Device,
  { every, from, to, channels }: AggregateRange,
  timescale: boolean,
): Statement {
  const kind = findKind(device.kind)
  const period = PERIODS.find(({ name }) => name === every)
  if (!kind || !period) throw new Broken('internal', `there is no ${every} of ${device.kind}`)
  const values = [device.id, formatTimestamp(from), formatTimestamp(to)]
  const table = readingTable(kind)
  if (timescale) {
    const columns = channels.flatMap((name) => MEASURES.map((measure) => `${name}_${measure}`))
    return {
      text: `select ${['bucket', 'readings', ...columns].join(', ')} from ${table}_${every}
        where device_id = $1 and bucket >= $2 and bucket < $3 order by bucket`,
      values,
    }
  }
  const columns = channels.flatMap((name) =>
    MEASURES.map((measure) => `${measure}(${name}) as ${name}_${measure}`),
  )
  const bucket = `date_bin('${period.every}', measured_at, timestamptz '${period.origin}')`
  return {
    text: `select ${[`${bucket} as bucket`, 'count(*) as readings', ...columns].join(', ')}
      from ${table} where device_id = $1 and measured_at >= $2 and measured_at < $3
      group by 1 order by 1`,
    values,
  }
}

import type { Channel } from '#model/channel.ts'
import { type DeviceKind, readingTable } from '#model/kind.ts'
import { numbersOf } from '#store/days/day-statements.ts'

/** So many devices are kept of each hour, and given for a span. */
export const TOP_DEVICES = 50

export const MOSTS = ['max', 'min'] as const
export type Most = (typeof MOSTS)[number]

/** By which devices can be compared. */
export const comparable = ({ channels }: DeviceKind): readonly Channel[] =>
  channels.filter(({ type }) => type !== 'boolean')

const direction = (most: Most): string => (most === 'max' ? 'desc' : 'asc')

/** Sums up the hour of the kind $3 from $1 until $2, in one reading of it. */
export function sumUpStatement(kind: DeviceKind): string {
  const channels = comparable(kind)
  const aggregates = channels.flatMap(({ name }) =>
    MOSTS.map((most) => `${most}(${name})::double precision as ${name}_${most}`),
  )
  const rows = channels.flatMap(({ name }) =>
    MOSTS.map(
      (most) => `select '${name}' as channel, '${most}' as most,
        array_agg(device_id order by place) as devices, array_agg(number order by place) as numbers
      from (
        select device_id, ${name}_${most} as number,
          row_number() over (order by ${name}_${most} ${direction(most)}, device_id) as place
        from (select device_id, ${name}_${most} from of_hour where ${name}_${most} is not null
          order by ${name}_${most} ${direction(most)}, device_id limit ${TOP_DEVICES}) as first
      ) as placed`,
    ),
  )
  return `with of_hour as materialized (
      select device_id, ${aggregates.join(', ')} from ${readingTable(kind)}
      where measured_at >= $1::timestamptz and measured_at < $2::timestamptz group by device_id
    ), noted as (
      insert into reading_top_hour values ($3, $1) on conflict do nothing
    )
    insert into reading_top (kind, channel, most, hour, devices, numbers)
    select $3, channel, most, $1, coalesce(devices, '{}'), coalesce(numbers, '{}')
    from (${rows.join('\n union all ')}) as found
    on conflict (kind, channel, most, hour)
      do update set devices = excluded.devices, numbers = excluded.numbers`
}

/** The first devices of the kind $1 by the channel $2 over the hours from $3 until $4 without $5. */
export const topOfHours = (most: Most): string => `select device_id, ${most}(number) as number
  from reading_top, unnest(devices, numbers) as first(device_id, number)
  where kind = $1 and channel = $2 and most = '${most}' and hour >= $3::timestamptz and hour < $4::timestamptz and hour <> all($5::timestamptz[])
  group by device_id order by number ${direction(most)}, device_id limit ${TOP_DEVICES}`

/**
 * The first devices that are `seen`, a condition on `device`, by what is summed up by the day: over the
 * days of China from $2 until $3 of the kind $1, of these over the hours from $4 until $5, counted in China
 * since the epoch. The devices $7 are left out of the days $6, each of its own.
 */
export function topOfDays(kind: DeviceKind, channel: string, most: Most, seen: string): string {
  const place = numbersOf(kind).findIndex(({ name }) => name === channel)
  const numbers = most === 'max' ? 'coalesce(greatest, least)' : 'least'
  return `select device_id, ${most}(number) as number
    from (select device_id, day, hours, (${numbers})[${place} * cardinality(hours) + 1 : ${place + 1} * cardinality(hours)] as numbers
      from reading_day
      where kind = $1 and day >= $2::date and day < $3::date
        and device_id in (select id from device where ${seen})
        and (day, device_id) not in (select * from unnest($6::date[], $7::text[]))) as days,
      unnest(hours, numbers) as of_hour(hour, number)
    where number is not null and (day - date '1970-01-01') * 24 + hour >= $4::integer
      and (day - date '1970-01-01') * 24 + hour < $5::integer
    group by device_id order by number ${direction(most)}, device_id limit ${TOP_DEVICES}`
}

/** The first devices by what is stored itself from $1 until $2; `seen`: a condition on `device`. */
export const topOfReadings = (
  kind: DeviceKind,
  channel: string,
  most: Most,
  seen: string | null,
): string => `select device_id, ${most}(${channel})::double precision as number
  from ${readingTable(kind)}
  where measured_at >= $1::timestamptz and measured_at < $2::timestamptz and ${channel} is not null
    ${seen === null ? '' : `and device_id in (select id from device where ${seen})`}
  group by device_id order by number ${direction(most)}, device_id limit ${TOP_DEVICES}`

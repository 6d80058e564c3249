import type { Channel } from '#model/channel.ts'
import { type DeviceKind, readingTable } from '#model/kind.ts'

/** What is kept of them by the hour. */
export const numbersOf = ({ channels }: DeviceKind): readonly Channel[] =>
  channels.filter(({ type }) => type !== 'boolean')

/** The hour of a day of China. */
const HOUR = `extract(hour from measured_at at time zone interval '+08:00')::smallint`

/** Sums up the day $4 of the kind $3, which is from $1 until $2; of the devices $5, or of all. */
export function sumUpDay(kind: DeviceKind, isOfSome: boolean): string {
  const names = numbersOf(kind).map(({ name }) => name)
  const inARow = (suffix: string): string =>
    names.map((name) => `array_agg(${name}_${suffix} order by hour)`).join(' || ')
  return `with hourly as (
      select device_id, ${HOUR} as hour, count(*)::integer as readings, ${names
        .map(
          (
            name,
          ) => `count(${name})::integer as ${name}_n, min(${name})::double precision as ${name}_l,
        max(${name})::double precision as ${name}_g, avg(${name})::double precision as ${name}_m`,
        )
        .join(', ')}
      from ${readingTable(kind)}
      where measured_at >= $1::timestamptz and measured_at < $2::timestamptz
        ${isOfSome ? 'and device_id = any($5::text[])' : ''}
      group by 1, 2
    )
    insert into reading_day
      (kind, device_id, day, hours, readings, least, greatest, mean, counts)
    select $3, device_id, $4::date, array_agg(hour order by hour),
      array_agg(readings order by hour), ${inARow('l')},
      case when max(readings) > 1 then ${inARow('g')} end,
      case when max(readings) > 1 then ${inARow('m')} end,
      case when max(readings) > 1 then ${inARow('n')} end
    from hourly group by device_id
    on conflict (kind, device_id, day) do update set hours = excluded.hours,
      readings = excluded.readings, least = excluded.least, greatest = excluded.greatest,
      mean = excluded.mean, counts = excluded.counts`
}

/** Devices of which other than what is stored was summed up: of the day $4, from $1 until $2. */
export const differing = (kind: DeviceKind): string => `select device_id
  from (select device_id, count(*) as n from ${readingTable(kind)}
    where measured_at >= $1::timestamptz and measured_at < $2::timestamptz group by 1) as stored
  full join (select device_id, (select sum(n) from unnest(readings) as n) as n from reading_day
    where kind = $3 and day = $4::date) as summed using (device_id)
  where stored.n is distinct from summed.n`

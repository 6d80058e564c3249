import { type EpochMs, epochMs } from '#model/time.ts'
import { CITY, deviceId, FLEET } from './city-fleet.ts'

/** Something the console asks: an address for each of so many different things. */
export interface Question {
  readonly name: string
  readonly url: (n: number) => string
  /** How much came back. */
  readonly count: (body: Answer) => number
}

export interface Answer {
  readonly items: readonly unknown[]
  readonly cells?: readonly { readonly devices: number }[]
}

export interface Span {
  readonly from: EpochMs
  readonly until: EpochMs
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

const items = ({ items }: Answer): number => items.length
const onMap = ({ items, cells = [] }: Answer): number =>
  items.length + cells.reduce((sum, { devices }) => sum + devices, 0)

/** Spread over all there are, and never the same again: what comes out of a memory was not put there by asking. */
const spread = (n: number, of: number): number => Math.floor(((n * 0.618_034) % 1) * of)

export const nthDevice = (name: string, n: number, devices: number, share = 1): string => {
  const part = FLEET.find((each) => each.name === name)
  const count = Math.max(1, Math.floor(Math.round(devices * (part?.share ?? 0)) * share))
  return deviceId(name, spread(n, count))
}

/** A box so many times as narrow as the city, somewhere in it. */
export function boxOf(n: number, times: number): string {
  const [width, height] = [(CITY.east - CITY.west) / times, (CITY.north - CITY.south) / times]
  const west = CITY.west + ((n * 0.618_034) % 1) * (CITY.east - CITY.west - width)
  const south = CITY.south + ((n * 0.754_877) % 1) * (CITY.north - CITY.south - height)
  return [west, south, west + width, south + height].join(',')
}

export function dayOf(n: number, { from, until }: Span): { from: EpochMs; to: EpochMs } {
  const first = epochMs(from + spread(n + 3, Math.max(1, (until - from) / DAY_MS - 1)) * DAY_MS)
  return { from: first, to: epochMs(first + DAY_MS) }
}

/** `share`: of the devices of each kind so many have readings of the whole span. */
export function questions(span: Span, devices: number, share: number): readonly Question[] {
  const { from, until } = span
  const month = `from=${from}&to=${until}`
  const aDay = (name: string): Question => ({
    name: `a day of a ${name}`,
    url: (n) => {
      const day = dayOf(n, span)
      const id = nthDevice(name, n, devices, share)
      return `/api/v1/devices/${id}/readings?from=${day.from}&to=${day.to}&limit=1000`
    },
    count: items,
  })
  const aMonth = (name: string, channels: string): Question => ({
    name: `a month by the hour of a ${name}, ${channels}`,
    url: (n) => {
      const id = nthDevice(name, n, devices, share)
      return `/api/v1/devices/${id}/aggregates?${month}&channels=${channels}`
    },
    count: items,
  })
  const top = (kind: string, channel: string, hours: number, by = 'max'): Question => ({
    name: `first by ${channel} (${by}) of ${kind}s over ${hours} h`,
    url: (n) => {
      // The last hour of all is under way and read as it is stored.
      const room = Math.max(1, (until - from) / HOUR_MS - hours + 1)
      const to = until + HOUR_MS - spread(n, room) * HOUR_MS
      const query = `kind=${kind}&channel=${channel}&by=${by}&limit=50`
      return `/api/v1/top-devices?${query}&from=${to - hours * HOUR_MS}&to=${to}`
    },
    count: items,
  })
  const viewport = (name: string, times: number, rest = ''): Question => ({
    name: `latest states in ${name}`,
    url: (n) => `/api/v1/device-states?bbox=${boxOf(n, times)}${rest}`,
    count: onMap,
  })
  return [
    viewport('the whole city', 1),
    viewport('the whole city, of one kind', 1, '&kind=manhole-cover'),
    viewport('a quarter of it', 2),
    viewport('a twenty-fifth of it, one by one', 5, '&limit=5000'),
    viewport('a neighbourhood', 12),
    viewport('a few streets', 40),
    {
      name: 'the latest reading of a cover',
      url: (n) => `/api/v1/devices/${nthDevice('cover', n, devices)}/latest`,
      count: () => 1,
    },
    aDay('cover'),
    aDay('gauge'),
    aDay('truck'),
    aMonth('cover', 'level_mm'),
    aMonth('gauge', 'level_mm'),
    aMonth('gauge', 'level_mm,flow_l_s,pressure_kpa,temperature_celsius,conductivity_us_cm'),
    aMonth('truck', 'speed_kmh'),
    top('pipe-gauge', 'level_mm', 1),
    top('pipe-gauge', 'level_mm', 24),
    top('pipe-gauge', 'level_mm', 744),
    top('manhole-cover', 'ch4_pct_lel', 24),
    top('manhole-cover', 'level_mm', 744),
    top('manhole-cover', 'battery_pct', 744, 'min'),
    top('bin-sensor', 'fill_pct', 168),
  ]
}

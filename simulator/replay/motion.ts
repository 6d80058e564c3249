import type { ChannelValue } from '#model/channel.ts'
import type { RecordedReading } from './recorded-readings.ts'

// Over a longer pause, or at such a speed, nobody knows what lay between two fixes.
const LONGEST_MS = 60_000
const FASTEST_KMH = 300
// A fix that stands still wanders by this much; it has no heading.
const STANDSTILL_M = 1
const EARTH_M = 6_371_008.8
const RADIANS = Math.PI / 180

type Values = Readonly<Record<string, ChannelValue>>

/**
 * Adds `speed_kmh` and `heading_deg` worked out from the device's fix before, where a row has none.
 */
export async function* withMotion(
  readings: AsyncIterable<RecordedReading>,
): AsyncGenerator<RecordedReading> {
  const last = new Map<string, RecordedReading>()
  for await (const reading of readings) {
    const before = last.get(reading.device)
    yield before && before.segment === reading.segment && !reading.repeated
      ? { ...reading, values: { ...motion(before, reading), ...reading.values } }
      : reading
    if (!reading.repeated) last.set(reading.device, reading)
  }
}

function motion(before: RecordedReading, here: RecordedReading): Values {
  const [from, to] = [before, here].map(({ values }) => fixOf(values))
  const elapsed_ms = here.measuredAt - before.measuredAt
  if (!from || !to || elapsed_ms <= 0 || elapsed_ms > LONGEST_MS) return {}
  const way_m = greatCircle_m(from, to)
  const speed_kmh = Math.round((way_m / elapsed_ms) * 36_000) / 10
  if (speed_kmh > FASTEST_KMH) return {}
  return way_m < STANDSTILL_M ? { speed_kmh } : { speed_kmh, heading_deg: heading_deg(from, to) }
}

interface Fix {
  readonly lon: number
  readonly lat: number
}

function fixOf({ lon_deg, lat_deg }: Values): Fix | undefined {
  if (typeof lon_deg !== 'number' || typeof lat_deg !== 'number') return undefined
  return { lon: lon_deg * RADIANS, lat: lat_deg * RADIANS }
}

/** By the haversine formula on the mean sphere. */
function greatCircle_m(from: Fix, to: Fix): number {
  const across = Math.sin((to.lon - from.lon) / 2) ** 2
  const half =
    Math.sin((to.lat - from.lat) / 2) ** 2 + Math.cos(from.lat) * Math.cos(to.lat) * across
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)))
}

function heading_deg(from: Fix, to: Fix): number {
  const turn = to.lon - from.lon
  const east = Math.sin(turn) * Math.cos(to.lat)
  const north =
    Math.cos(from.lat) * Math.sin(to.lat) - Math.sin(from.lat) * Math.cos(to.lat) * Math.cos(turn)
  return Math.round((Math.atan2(east, north) / RADIANS + 360) % 360) % 360
}

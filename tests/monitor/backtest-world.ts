import fc from 'fast-check'
import type { ChannelValue } from '#model/channel.ts'
import type { Device } from '#model/device.ts'
import type { Reading } from '#model/reading.ts'
import { epochMs, seconds } from '#model/time.ts'
import type { Surroundings } from '#monitor/ports.ts'
import { device, reading } from './fixtures.ts'

/** Of the story that the devices tell. */
export const HOURS = 8
/** Wanmi was not there from 3:00 to 3:25; what was measured then came later. */
export const LISTENED_MINUTES = [
  [-1_440, 180],
  [205, HOURS * 60],
] as const

export const COVERS: readonly Device[] = Array.from({ length: 18 }, (_, index) =>
  device(`cover-${index}`, 'manhole-cover', {
    // Every 22 m along a street, in three unit grids.
    place: { lon_deg: 111 + index * 0.00024, lat_deg: 35.01 },
    gridCode: `14080200100100${Math.floor(index / 6)}`,
    group: index % 2 === 0 ? 'north' : 'south',
  }),
)
export const TRUCKS: readonly Device[] = Array.from({ length: 3 }, (_, index) =>
  device(`truck-${index}`, 'refuse-truck', { place: null, reportingInterval: seconds(20) }),
)
export const DEVICES = [...COVERS, ...TRUCKS]

export const SURROUNDINGS: Surroundings = {
  gridOf: ({ lon_deg }) => ({
    code: `1408020010010${lon_deg > 111 ? '10' : '11'}`,
    address: 'there',
  }),
  part: () => undefined,
  gridAddress: () => undefined,
}

/** Each of a stretch of so many steps has one of the values. */
const inStretches = <Value>(
  values: readonly Value[],
  steps: number,
  longest: number,
  seed: number,
): readonly Value[] => {
  const stretch = fc.record({
    value: fc.constantFrom(...values),
    length: fc.integer({ min: 1, max: longest }),
  })
  return fc
    .sample(stretch, { numRuns: steps, seed })
    .flatMap(({ value, length }) => Array.from({ length }, () => value))
    .slice(0, steps)
}

/** What happens to many at once: storms open lids, a mast fails. */
const isStorm = (minute: number): boolean => minute % 130 > 60 && minute % 130 < 90
const isOutage = (minute: number, of: Device): boolean =>
  of.group === 'north'
    ? (minute > 100 && minute < 125) || minute > 462
    : minute > 300 && minute < 316

function coverReadings(of: Device, seed: number): Reading[] {
  const steps = HOURS * 60
  const present = inStretches([true, true, true, true, false], steps, 20, seed)
  const tilts = inStretches([1, 1, 1, 10, 18, 30, undefined], steps, 14, seed + 100)
  const levels = inStretches([0, 0, 60, 100, 150, undefined], steps, 9, seed + 200)
  const lids = inStretches([false, false, false, true], steps, 6, seed + 300)
  const clocks = inStretches([0, 0, 0, 200], steps, 10, seed + 400)
  const [stubborn] = fc.sample(fc.boolean(), { numRuns: 1, seed: seed + 500 })
  return present.flatMap((isThere, minute) => {
    if ((!isThere && minute % 4 !== 0) || (isOutage(minute, of) && !stubborn)) return []
    return [
      arrived(
        reading(of, minute * 60, {
          lid_open: isStorm(minute)
            ? (lids[minute] ?? false) || minute % 3 > 0
            : lids[minute] === true,
          ...given('tilt_deg', tilts[minute]),
          ...given('level_mm', levels[minute]),
          // Once in the morning too much, hours of what tells nothing, one clearing.
          ...given('h2s_ppm', minute === 5 ? 20 : minute === 300 ? 1 : undefined),
        }),
        clocks[minute] ?? 0,
      ),
    ]
  })
}

/** To and fro along the road through the depot, with stops, a fix that is missing or bad. */
function truckReadings(of: Device, seed: number): Reading[] {
  const steps = HOURS * 180
  const speeds = inStretches([0, 0, 12, 30, -12, -30], steps, 40, seed)
  const asides = inStretches([0, 0, 0, 0.0003, 0.0012], steps, 30, seed + 100)
  const fixes = inStretches(['good', 'good', 'good', 'poor', 'none'], steps, 10, seed + 200)
  const present = inStretches([true, true, true, false], steps, 60, seed + 300)
  let lon_deg = 110.996
  return speeds.flatMap((speed_kmh, step) => {
    lon_deg += (speed_kmh / 3.6) * 20 * 0.000011
    if (lon_deg > 111.009 || lon_deg < 110.991) lon_deg = 111.002
    if (present[step] === false) return []
    const fix = fixes[step]
    const place = {
      lon_deg,
      lat_deg: 35.002 + (asides[step] ?? 0),
      accuracy_m: fix === 'poor' ? 80 : 5,
      speed_kmh: Math.abs(speed_kmh),
    }
    return [arrived(reading(of, step * 20, fix === 'none' ? { ignition: true } : place), 0)]
  })
}

const given = (name: string, value: ChannelValue | undefined): Record<string, ChannelValue> =>
  value === undefined ? {} : { [name]: value }

const arrived = (sent: Reading, ahead_s: number): Reading => ({
  ...sent,
  receivedAt: epochMs(sent.measuredAt - ahead_s * 1_000),
})

/** All of it, in no order. */
export function shuffledReadings(): readonly Reading[] {
  const all = [
    ...COVERS.flatMap((cover, index) => coverReadings(cover, index + 1)),
    ...TRUCKS.flatMap((truck, index) => truckReadings(truck, index + 51)),
  ]
  const [shuffled] = fc.sample(fc.shuffledSubarray(all, { minLength: all.length }), {
    numRuns: 1,
    seed: 11,
  })
  return shuffled ?? []
}

import { describe, expect, test } from 'vitest'
import { toWgs84 } from '#model/place.ts'
import { splitRandom } from '#simulator/random/random.ts'
import { droppingOut } from '#simulator/sensors/faults/fix-dropout.ts'
import { jumping } from '#simulator/sensors/faults/fix-jump.ts'
import { shiftedPlace, shifting } from '#simulator/sensors/faults/fix-shifted.ts'
import type { Spell } from '#simulator/sensors/faults/spells.ts'
import type { Values } from '#simulator/sensors/measured.ts'
import { FIX_ERROR_MAX_M, Receiver } from '#simulator/sensors/receiver.ts'
import { after, isLikely, sampled, saying } from './bench.ts'

const HERE = { lon_deg: 111.007, lat_deg: 35.026 }
const terminal = saying(() => ({
  ...HERE,
  speed_kmh: 12,
  heading_deg: 90,
  accuracy_m: 4,
  sos: false,
}))

function off_m(values: Values | null): number {
  const north = (Number(values?.['lat_deg']) - HERE.lat_deg) * 111_000
  const east =
    (Number(values?.['lon_deg']) - HERE.lon_deg) *
    111_000 *
    Math.cos((HERE.lat_deg * Math.PI) / 180)
  return Math.hypot(north, east)
}

describe('a receiver', () => {
  const errors = (deviation_m?: number): { off: number; stated: number }[] =>
    Array.from({ length: 200 }, (_, number) => {
      const receiver = new Receiver(splitRandom('s', number), deviation_m)
      const state = { place: HERE, speed_kmh: 0, heading_deg: 0 }
      return sampled((at) => ({ ...receiver.fix(state, at) }), 30, 40).map((values) => ({
        off: off_m(values),
        stated: Number(values?.['accuracy_m']),
      }))
    }).flat()

  test.each([
    ['an open street', undefined, 2.5],
    ['a street canyon', 15, 15],
  ])('in %s is off by its deviation on each axis', (_, deviation_m, expected) => {
    const all = errors(deviation_m)
    const square = all.reduce((sum, { off }) => sum + off * off, 0) / all.length
    expect(Math.sqrt(square / 2) / expected).toBeGreaterThan(0.95)
    expect(Math.sqrt(square / 2) / expected).toBeLessThan(1.05)
    expect(Math.max(...all.map(({ off }) => off))).toBeLessThan(3 * Math.SQRT2 * expected)
  })

  test.each([
    ['an open street', undefined],
    ['a street canyon', 15],
  ])(
    'in %s states an accuracy within which about two thirds of its fixes lie',
    (_, deviation_m) => {
      const all = errors(deviation_m)
      const covered = all.filter(({ off, stated }) => off <= stated).length / all.length
      expect(covered).toBeGreaterThan(0.6)
      expect(covered).toBeLessThan(0.75)
    },
  )

  test('its error wanders: what it is now it nearly is a second later', () => {
    const receiver = new Receiver(splitRandom('s'))
    const state = { place: HERE, speed_kmh: 0, heading_deg: 0 }
    const read = sampled((at) => ({ ...receiver.fix(state, at) }), 1, 500)
    const steps = read.slice(1).map((values, index) => {
      const before = read[index]
      return Math.abs(Number(values?.['lat_deg']) - Number(before?.['lat_deg'])) * 111_000
    })
    const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length
    expect(mean).toBeLessThan(0.6)
    expect(FIX_ERROR_MAX_M).toBe(7.5)
  })
})

describe('a fix that jumps', () => {
  const jumps = { chance: 0.02, distance_m: 400 }
  const read = sampled(jumping(terminal, splitRandom('s'), jumps), 10, 50_000)
  const away = read.map((values) => off_m(values) > 1)

  test('is hundreds of metres away and as sure of itself as ever', () => {
    const far = read.filter((_, index) => away[index]).map(off_m)
    expect(Math.min(...far)).toBeGreaterThan(319)
    expect(Math.max(...far)).toBeLessThan(481)
    expect(new Set(read.map((values) => values?.['accuracy_m']))).toEqual(new Set([4]))
  })

  test('does so as often as its chance says, each time for one fix to three', () => {
    const hits = away.filter(Boolean).length
    // A jump of two fixes on average, then the chance of each sound one to be the next.
    expect(hits / read.length).toBeGreaterThan(0.034)
    expect(hits / read.length).toBeLessThan(0.044)
    const places = new Map<string, number>()
    for (const [index, values] of read.entries()) {
      const key = JSON.stringify(values)
      if (away[index]) places.set(key, (places.get(key) ?? 0) + 1)
    }
    const lengths = [1, 2, 3].map((n) => [...places.values()].filter((m) => m === n).length)
    expect(lengths.reduce((sum, n) => sum + n, 0)).toBe(places.size)
    for (const n of lengths) expect(isLikely(n, places.size, 1 / 3)).toBe(true)
  })
})

describe('a receiver without satellites', () => {
  const spell = (lot: number): Spell => ({
    startedAt: after(100),
    endedAt: after(200),
    lot,
    earlier: 0,
    earlier_ms: 0,
  })
  const within = (lot: number) => (at: number) =>
    at >= after(100) && at < after(200) ? spell(lot) : null

  test('has no fix in one half of the spells', () => {
    const sensor = droppingOut(terminal, within(0.3))
    expect(sensor(after(150))).toEqual({ sos: false })
    expect(sensor(after(99))).toEqual(terminal(after(99)))
    expect(sensor(after(200))).toEqual(terminal(after(200)))
  })

  test.each([0.5, 0.6, 0.75, 0.99])('has one by the cells around in the other half (%d)', (lot) => {
    const values = droppingOut(terminal, within(lot))(after(150))
    expect(Object.keys(values ?? {}).sort()).toEqual(['accuracy_m', 'lat_deg', 'lon_deg', 'sos'])
    expect(off_m(values)).toBeGreaterThan(99)
    expect(off_m(values)).toBeLessThan(Number(values?.['accuracy_m']))
  })
})

describe('a receiver that sends another coordinate system', () => {
  test.each([
    ['GCJ-02', 'gcj02'],
    ['BD-09', 'bd09'],
  ] as const)('is hundreds of metres off in %s, and right once that is undone', (name, system) => {
    const values = shifting(terminal, name)(after(0))
    expect(off_m(values)).toBeGreaterThan(300)
    expect(off_m(values)).toBeLessThan(1_500)
    const sent = { lon_deg: Number(values?.['lon_deg']), lat_deg: Number(values?.['lat_deg']) }
    expect(off_m({ ...toWgs84(sent, system) })).toBeLessThan(2)
    expect(values).toMatchObject({ speed_kmh: 12, sos: false })
  })

  test('nothing is shifted outside China, nor where there is no fix', () => {
    const abroad = { lon_deg: 2.35, lat_deg: 48.86 }
    expect(shiftedPlace(abroad, 'GCJ-02')).toEqual(abroad)
    expect(
      shifting(
        saying(() => ({ sos: true })),
        'BD-09',
      )(after(0)),
    ).toEqual({ sos: true })
  })
})

import { describe, expect, test } from 'vitest'
import { epochMs } from '#model/time.ts'
import type { Publish } from '#simulator/network/act.ts'
import { distanceBetween_m } from '#simulator/world/local-plane.ts'
import {
  binomialBounds,
  CITY,
  distance,
  publishes,
  START,
  throughNetwork,
  typed,
} from './network-run.ts'

const ALL_OUT = { share: 1, at: '50s', lasts: { constant: '30s' } } as const

const ofFirst = (acts: readonly Publish[]): readonly Publish[] =>
  acts.filter(({ device }) => device.index === 0)

const levels = ({ payload }: Publish): number | number[] => {
  const value = JSON.parse(payload.toString()) as { level_mm: number } | { level_mm: number }[]
  return Array.isArray(value) ? value.map(({ level_mm }) => level_mm) : value.level_mm
}

describe('an outage', () => {
  test('takes the line down and brings it up, and what was measured meanwhile comes after', () => {
    const run = throughNetwork({ outages: [ALL_OUT] }, { readings: 100 })
    expect(typed(run, 'down').map(({ at }) => at - START)).toEqual(Array(10).fill(50_000))
    expect(typed(run, 'up').map(({ at }) => at - START)).toEqual(Array(10).fill(80_000))
    const own = run.acts.filter(({ device }) => device.index === 0)
    expect(own.slice(48, 54).map(({ type }) => type)).toEqual([
      'publish',
      'publish',
      'down',
      'up',
      'publish',
      'publish',
    ])
    const flushed = ofFirst(publishes(run)).slice(50, 80)
    expect(flushed.map(({ at }) => at - START)).toEqual(Array(30).fill(80_000))
    expect(flushed.map(levels)).toEqual(Array.from({ length: 30 }, (_, n) => 50 + n))
    expect(run.observations.every(({ sent, lost }) => sent === 100 && lost === 0)).toBe(true)
  })

  test.each([
    ['reversed', { flush: 'reversed' }, Array.from({ length: 30 }, (_, n) => 79 - n), 0],
    [
      'doubled',
      { flush: 'doubled' },
      [...Array(2)].flatMap(() => Array.from({ length: 30 }, (_, n) => 50 + n)),
      30,
    ],
    [
      'in arrays',
      { array: 12 },
      [
        Array.from({ length: 12 }, (_, n) => 50 + n),
        Array.from({ length: 12 }, (_, n) => 62 + n),
        Array.from({ length: 6 }, (_, n) => 74 + n),
      ],
      0,
    ],
  ] as const)('is flushed %s', (_, how, expected, again) => {
    const run = throughNetwork({ outages: [{ ...ALL_OUT, ...how }] }, { readings: 100 })
    const flushed = ofFirst(publishes(run)).filter(({ at }) => at === START + 80_000)
    // The reading of that very instant comes last.
    expect(flushed.slice(0, expected.length).map(levels)).toEqual(expected)
    expect(flushed.filter((act) => act.again)).toHaveLength(again)
    expect(run.observations.every(({ sent }) => sent === 100)).toBe(true)
  })

  test('of a device without a buffer costs what was measured meanwhile', () => {
    const run = throughNetwork({ outages: [{ ...ALL_OUT, flush: 'none' }] }, { readings: 100 })
    expect(typed(run, 'lost')).toHaveLength(300)
    expect(run.observations.every(({ sent, lost }) => sent === 70 && lost === 30)).toBe(true)
  })

  test('of a share befalls that share, and all draw for themselves how long', () => {
    const run = throughNetwork(
      { outages: [{ share: 0.5, at: '0s', lasts: { exponential: '60s' } }] },
      { readings: 1, devices: 40, endedAt: epochMs(START + 86_400_000) },
    )
    const [low, high] = binomialBounds(40, 0.5)
    expect(typed(run, 'down').length).toBeGreaterThan(low)
    expect(typed(run, 'down').length).toBeLessThan(high)
    const spans = typed(run, 'up').map(({ at }) => at - START)
    expect(distance(spans, (value) => 1 - Math.exp(-value / 60_000))).toBeLessThan(1.95)
  })

  test('comes again and again, after pauses as they are distributed', () => {
    const day = epochMs(START + 86_400_000)
    const every = { every: { exponential: '10m' }, lasts: { constant: '1m' } } as const
    const run = throughNetwork({ outages: [{ share: 1, ...every }] }, { readings: 1, endedAt: day })
    const pauses = CITY.devices.slice(0, 10).flatMap(({ index }) => {
      const own = run.acts.filter(
        ({ device, type }) => device.index === index && type !== 'publish',
      )
      return own
        .slice(2)
        .flatMap((act, n) => (act.type === 'down' ? act.at - (own[n + 1]?.at ?? 0) : []))
    })
    expect(pauses.length).toBeGreaterThan(1_000)
    expect(distance(pauses, (value) => 1 - Math.exp(-value / 600_000))).toBeLessThan(1.95)
    expect(typed(run, 'down').every(({ at }) => at < day)).toBe(true)
  })

  test('that begins while another lasts makes it longer, and is no second one', () => {
    const run = throughNetwork(
      { outages: [ALL_OUT, { ...ALL_OUT, at: '70s', flush: 'none' }] },
      { readings: 120, devices: 3 },
    )
    expect(typed(run, 'down')).toHaveLength(3)
    expect(typed(run, 'up').map(({ at }) => at - START)).toEqual([100_000, 100_000, 100_000])
    expect(run.observations.every(({ sent, lost }) => sent === 120 && lost === 0)).toBe(true)
  })

  test('that outlasts the run by little is flushed, by more is not: what it held is lost', () => {
    const until = (lasts: string) =>
      throughNetwork(
        { outages: [{ ...ALL_OUT, lasts: { constant: lasts } }] },
        { readings: 100, devices: 2 },
      )
    // From 50 s of 100 s on: within the ten minutes of grace, and beyond them.
    const early = until('9m')
    expect(early.observations.map(({ sent, lost }) => [sent, lost])).toEqual([
      [100, 0],
      [100, 0],
    ])
    const late = until('12m')
    expect(late.observations.map(({ sent, lost }) => [sent, lost])).toEqual([
      [50, 50],
      [50, 50],
    ])
    expect(typed(late, 'up')).toEqual([])
    expect(typed(late, 'lost').every(({ at }) => at === START + 100_000)).toBe(true)
  })

  test('never makes a message too large for the broker', () => {
    const run = throughNetwork(
      { outages: [{ ...ALL_OUT, at: '0s', lasts: { constant: '3000s' }, array: 1_000 }] },
      { readings: 3_001, devices: 1 },
    )
    const flushed = publishes(run).filter((act) => act.emissions.length > 1)
    expect(flushed.length).toBeGreaterThan(2)
    expect(Math.max(...flushed.map(({ payload }) => payload.length))).toBeLessThan(65_000)
    expect(flushed.flatMap(levels)).toEqual(Array.from({ length: 3_000 }, (_, n) => n))
  })
})

describe('an outage of one cell', () => {
  test('befalls together the share that stands nearest, and of what moves about as many', () => {
    const run = throughNetwork(
      { outages: [{ ...ALL_OUT, share: 0.4, around: 'one-cell' }] },
      { readings: 100, devices: 40 },
    )
    const out = new Set(typed(run, 'down').map(({ device }) => device))
    const standing = CITY.devices.filter(({ spot }) => spot !== null)
    const inside = standing.filter((device) => out.has(device))
    expect(inside).toHaveLength(Math.round(0.4 * standing.length))
    // Somebody stands where the tower is: nobody outside is nearer to it than one inside.
    const towers = inside.filter(({ spot }) => {
      const off = (other: (typeof CITY.devices)[number]): number =>
        spot && other.spot ? distanceBetween_m(spot.place, other.spot.place) : 0
      const outside = standing.filter((device) => !out.has(device))
      return Math.max(...inside.map(off)) <= Math.min(...outside.map(off))
    })
    expect(towers.length).toBeGreaterThan(0)
    expect(new Set(typed(run, 'up').map(({ at }) => at)).size).toBe(1)
  })

  test('befalls others the next time', () => {
    const every = { every: { constant: '60s' }, lasts: { constant: '10s' } } as const
    const run = throughNetwork(
      { outages: [{ share: 0.3, around: 'one-cell', ...every }] },
      { readings: 500, devices: 40 },
    )
    const cells = Map.groupBy(typed(run, 'down'), ({ at }) => at - START)
    expect([...cells.keys()]).toEqual([
      60_000, 130_000, 200_000, 270_000, 340_000, 410_000, 480_000,
    ])
    const names = [...cells.values()].map((acts) => acts.map(({ device }) => device.id).join())
    expect(new Set(names).size).toBeGreaterThan(3)
  })
})

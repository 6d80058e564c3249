import { describe, expect, test } from 'vitest'
import { epochMs } from '#model/time.ts'
import {
  binomialBounds,
  CITY,
  distance,
  publishes,
  START,
  throughNetwork,
  typed,
} from './network-run.ts'

describe('a storm', () => {
  test('cuts its share at one instant, each device at most once', () => {
    const run = throughNetwork(
      {
        storms: [
          { at: '10s', share: 0.5 },
          { at: '60s', share: 1 },
        ],
      },
      { devices: 40, readings: 100 },
    )
    const cuts = Map.groupBy(typed(run, 'cut'), ({ at }) => at - START)
    expect([...cuts.keys()]).toEqual([10_000, 60_000])
    const [low, high] = binomialBounds(40, 0.5)
    const first = cuts.get(10_000) ?? []
    expect(first.length).toBeGreaterThan(low)
    expect(first.length).toBeLessThan(high)
    expect(new Set(first.map(({ device }) => device.id)).size).toBe(first.length)
    expect(cuts.get(60_000)).toHaveLength(40)
    expect(publishes(run)).toHaveLength(4_000)
  })

  test('cuts no connection that is not there', () => {
    const run = throughNetwork(
      {
        storms: [{ at: '60s', share: 1 }],
        outages: [{ share: 1, at: '50s', lasts: { constant: '20s' } }],
      },
      { readings: 100 },
    )
    expect(typed(run, 'cut')).toEqual([])
  })
})

describe('half-open connections', () => {
  test('come to their share after pauses as they are distributed', () => {
    const run = throughNetwork(
      { halfOpen: { share: 0.5, every: { exponential: '10m' } } },
      { devices: 40, readings: 1, endedAt: epochMs(START + 86_400_000) },
    )
    const own = Map.groupBy(typed(run, 'freeze'), ({ device }) => device.id)
    const [low, high] = binomialBounds(40, 0.5)
    expect(own.size).toBeGreaterThan(low)
    expect(own.size).toBeLessThan(high)
    const pauses = [...own.values()].flatMap((acts) =>
      acts.slice(1).map(({ at }, n) => at - (acts[n]?.at ?? 0)),
    )
    expect(pauses.length).toBeGreaterThan(1_500)
    expect(distance(pauses, (value) => 1 - Math.exp(-value / 600_000))).toBeLessThan(1.95)
  })
})

describe('clones', () => {
  test('are as many as the scenario says, of devices of their own', () => {
    const clones = [
      { at: '10s', lasts: '30s', devices: 3 },
      { at: '20s', lasts: '1h', devices: 100 },
    ]
    const run = throughNetwork({ clones }, { readings: 100 })
    const found = Map.groupBy(typed(run, 'clone'), ({ at }) => at - START)
    const three = found.get(10_000) ?? []
    expect(new Set(three.map(({ device }) => device.id)).size).toBe(3)
    expect(three.every(({ at, until }) => until === at + 30_000)).toBe(true)
    expect(found.get(20_000)).toHaveLength(10)
  })
})

describe('a flood', () => {
  test('repeats the last thing that was said, so many times a second, as long as it lasts', () => {
    const run = throughNetwork(
      { floods: [{ at: '10s', lasts: '20s', devices: 2, rate: 50 }] },
      { readings: 60 },
    )
    const own = Map.groupBy(typed(run, 'noise'), ({ device }) => device.index)
    expect(own.size).toBe(2)
    for (const noise of own.values()) {
      expect(noise).toHaveLength(1_000)
      for (const { at, payload, noise: what } of noise) {
        expect(what).toBe('flood')
        expect(at).toBeGreaterThanOrEqual(START + 10_000)
        expect(at).toBeLessThan(START + 30_000)
        const { measuredAt } = JSON.parse(payload.toString())
        expect(at - measuredAt).toBeLessThanOrEqual(1_000)
      }
    }
    expect(run.observations.every(({ sent }) => sent === 60)).toBe(true)
  })

  test('has nothing to repeat where nothing came through', () => {
    const floods = [{ at: '10s', lasts: '20s', devices: 2, rate: 50 }]
    expect(typed(throughNetwork({ floods, loss: 1 }), 'noise')).toEqual([])
    const outages = [{ share: 1, at: '10s', lasts: { constant: '20s' } }]
    expect(typed(throughNetwork({ floods, outages }), 'noise')).toEqual([])
  })
})

test('every device that a number or a share speaks of is one of the city', () => {
  const run = throughNetwork(
    { clones: [{ at: '1s', lasts: '1s', devices: 4 }], storms: [{ at: '1s', share: 1 }] },
    { devices: 5 },
  )
  const known = new Set(CITY.devices.slice(0, 5))
  expect(run.acts.every(({ device }) => known.has(device))).toBe(true)
})

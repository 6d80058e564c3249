import { describe, expect, test } from 'vitest'
import { parsePayload } from '#ingest/payload.ts'
import type { Emission } from '#simulator/stream/emission.ts'
import {
  binomialBounds,
  delays,
  distance,
  mean,
  publishes,
  throughNetwork,
  typed,
} from './network-run.ts'

const within = (value: number, [low, high]: readonly [number, number]): void => {
  expect(value).toBeGreaterThanOrEqual(low)
  expect(value).toBeLessThanOrEqual(high)
}

describe('without faults', () => {
  test('everything is sent once, as it was taken', () => {
    const run = throughNetwork({})
    expect(run.acts).toEqual(
      run.emissions.map((emission) => ({
        type: 'publish',
        at: emission.at,
        device: emission.device,
        payload: emission.payload,
        emissions: [emission],
        again: false,
      })),
    )
    for (const { measured, sent, lost } of run.observations) {
      expect([measured, sent, lost]).toEqual([200, 200, 0])
    }
  })
})

describe('loss', () => {
  test('takes its share, of each device by itself, and says what', () => {
    const run = throughNetwork({ loss: 0.2 }, { readings: 1_000 })
    const lost = typed(run, 'lost')
    within(lost.length, binomialBounds(10_000, 0.2))
    expect(lost.length + publishes(run).length).toBe(10_000)
    for (const one of run.observations) {
      expect(one.sent + one.lost).toBe(1_000)
      within(one.lost, binomialBounds(1_000, 0.2))
    }
    // Independent: as many runs of two as chance would have.
    const first = run.acts.filter(({ device }) => device.index === 0)
    const pairs = first
      .slice(1)
      .filter((act, n) => act.type === 'lost' && first[n]?.type === 'lost')
    within(pairs.length, binomialBounds(999, 0.04))
  })

  test('of everything leaves nothing', () => {
    const run = throughNetwork({ loss: 1 })
    expect(publishes(run)).toEqual([])
    expect(typed(run, 'lost')).toHaveLength(2_000)
  })
})

describe('delay', () => {
  test('is as it is distributed where messages are far apart', () => {
    const apart = { readings: 400, interval_ms: 60_000 }
    const exponential = delays(throughNetwork({ delay: { exponential: '2s' } }, apart))
    expect(distance(exponential, (value) => 1 - Math.exp(-value / 2_000))).toBeLessThan(1.95)
    const uniform = delays(throughNetwork({ delay: { uniform: ['1s', '3s'] } }, apart))
    expect(
      distance(uniform, (value) => Math.min(1, Math.max(0, (value - 1_000) / 2_000))),
    ).toBeLessThan(1.95)
    expect(new Set(delays(throughNetwork({ delay: { constant: '5s' } }, apart)))).toEqual(
      new Set([5_000]),
    )
  })

  test('lets nothing overtake, however long it is beside the interval', () => {
    const run = throughNetwork({ delay: { exponential: '20s' } })
    for (const own of byDevice(publishes(run))) {
      expect(own.map(takenAt)).toEqual(own.map(takenAt).toSorted((a, b) => a - b))
    }
    expect(publishes(run)).toHaveLength(2_000)
    expect(Math.min(...delays(run))).toBeGreaterThanOrEqual(0)
  })
})

describe('reordering', () => {
  test('holds its share back for as long as it says, and nothing else', () => {
    const run = throughNetwork({ reorder: { share: 0.1, by: { constant: '3500ms' } } })
    const held = delays(run).filter((delay) => delay > 0)
    within(held.length, binomialBounds(2_000, 0.1))
    expect(new Set(held)).toEqual(new Set([3_500]))
    for (const own of byDevice(publishes(run))) {
      const times = own.map(takenAt)
      expect(times).not.toEqual(times.toSorted((a, b) => a - b))
    }
    expect(run.observations.every(({ sent, lost }) => sent === 200 && lost === 0)).toBe(true)
  })
})

describe('duplication', () => {
  test('sends its share twice, the second time as sent before, counted once', () => {
    const run = throughNetwork({ duplicate: 0.3 })
    const again = publishes(run).filter((act) => act.again)
    within(again.length, binomialBounds(2_000, 0.3))
    expect(publishes(run)).toHaveLength(2_000 + again.length)
    const before = new Set<Emission>()
    for (const { emissions, again } of publishes(run)) {
      expect(before.has(emissions[0] as Emission)).toBe(again)
      before.add(emissions[0] as Emission)
    }
    expect(run.observations.every(({ sent }) => sent === 200)).toBe(true)
  })

  test('of which one is held back still says of the later one that it was sent before', () => {
    const run = throughNetwork({
      duplicate: 1,
      reorder: { share: 0.5, by: { exponential: '3s' } },
    })
    expect(publishes(run).filter(({ again }) => again)).toHaveLength(2_000)
    expect(publishes(run).filter(({ again }) => !again)).toHaveLength(2_000)
  })
})

describe('rubbish', () => {
  test('comes beside its share of the good ones, in every variety, and no reader takes it', () => {
    const run = throughNetwork({ malformed: 0.2 })
    const noise = typed(run, 'noise')
    within(noise.length, binomialBounds(2_000, 0.2))
    expect(noise.every((act) => act.noise === 'malformed')).toBe(true)
    expect(publishes(run)).toHaveLength(2_000)
    const faults = noise.map(({ payload }) => parsePayload(payload))
    const reasons = faults.map((found) => ('fault' in found ? found.fault : 'none'))
    expect(new Set(reasons)).toEqual(new Set(['not-json', 'not-utf8']))
    expect(noise.some(({ payload }) => payload.length === 0)).toBe(true)
    expect(mean(noise.map(({ payload }) => payload.length))).toBeGreaterThan(10)
  })

  test('too large is larger than what a broker takes', () => {
    const noise = typed(throughNetwork({ oversize: 0.05 }), 'noise')
    within(noise.length, binomialBounds(2_000, 0.05))
    expect(noise.every((act) => act.noise === 'oversize' && act.payload.length > 65_536)).toBe(true)
  })
})

const takenAt = ({ emissions }: { readonly emissions: readonly Emission[] }): number =>
  (emissions[0] as Emission).at

const byDevice = <Item extends { readonly device: { readonly index: number } }>(
  items: readonly Item[],
): Item[][] => [...Map.groupBy(items, ({ device }) => device.index).values()]

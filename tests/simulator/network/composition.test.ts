import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { epochMs } from '#model/time.ts'
import type { Act } from '#simulator/network/act.ts'
import { impair } from '#simulator/network/impair.ts'
import { Network } from '#simulator/network/network.ts'
import { WHOLE } from '#simulator/run/shard.ts'
import type { ScenarioDocument } from '#simulator/scenario/scenario-document.ts'
import { CITY, faultsOf, publishes, START, throughNetwork, typed } from './network-run.ts'

type NetworkDocument = NonNullable<ScenarioDocument['network']>

const EVERYTHING: NetworkDocument = {
  loss: 0.05,
  delay: { lognormal: { median: '400ms', spread: 2 } },
  duplicate: 0.1,
  reorder: { share: 0.1, by: { exponential: '4s' } },
  outages: [
    { share: 0.3, every: { exponential: '60s' }, lasts: { exponential: '20s' }, flush: 'doubled' },
    { share: 0.4, at: '100s', lasts: { constant: '50s' }, around: 'one-cell', array: 7 },
    { share: 0.2, at: '120s', lasts: { exponential: '60s' }, flush: 'none' },
    { share: 0.3, at: '170s', lasts: { uniform: ['10s', '1h'] }, flush: 'reversed' },
  ],
  storms: [{ at: '90s', share: 0.6 }],
  halfOpen: { share: 0.5, every: { exponential: '70s' } },
  clones: [{ at: '30s', lasts: '20s', devices: 2 }],
  malformed: 0.05,
  oversize: 0.02,
  floods: [{ at: '40s', lasts: '10s', devices: 2, rate: 7 }],
}

const share = fc.double({ min: 0, max: 1, noNaN: true })
const span = fc.integer({ min: 0, max: 120_000 }).map((ms) => `${ms}ms`)
const draw = fc.oneof(
  span.map((constant) => ({ constant })),
  fc.integer({ min: 1, max: 60_000 }).map((ms) => ({ exponential: `${ms}ms` })),
)
const outage = fc.record({
  share,
  lasts: draw,
  around: fc.constantFrom('anywhere' as const, 'one-cell' as const),
  flush: fc.constantFrom('in-order', 'reversed', 'doubled', 'none' as const),
  array: fc.integer({ min: 1, max: 20 }),
})
const network: fc.Arbitrary<NetworkDocument> = fc.record(
  {
    loss: share,
    duplicate: share,
    malformed: share,
    delay: draw,
    reorder: fc.record({ share, by: draw }),
    outages: fc.array(
      fc.oneof(
        fc.tuple(outage, span).map(([plan, at]) => ({ ...plan, at })),
        fc.tuple(outage, draw).map(([plan, every]) => ({ ...plan, every })),
      ),
      { maxLength: 3 },
    ),
    storms: fc.array(fc.record({ at: span, share }), { maxLength: 2 }),
    floods: fc.array(
      fc.record({
        at: span,
        lasts: span,
        devices: fc.integer({ min: 1, max: 5 }),
        rate: fc.integer({ min: 1, max: 20 }),
      }),
      { maxLength: 1 },
    ),
  },
  { requiredKeys: [] },
)

const facts = (act: Act): string =>
  `${act.at} ${act.device.index} ${act.type} ${'payload' in act ? act.payload.toString('base64').slice(0, 200) : ''} ${'again' in act && act.again}`

describe('whatever the network does', () => {
  test('acts come in the order of time and device, and every reading is sent or lost, once', () => {
    fc.assert(
      fc.property(network, fc.nat().map(String), (faults, seed) => {
        const run = throughNetwork(faults, { seed, readings: 60, devices: 6 })
        for (const [n, act] of run.acts.slice(1).entries()) {
          const before = run.acts[n] as Act
          const order = act.at - before.at || act.device.index - before.device.index
          expect(order).toBeGreaterThanOrEqual(0)
        }
        const sent = publishes(run).flatMap(({ again, emissions }) => (again ? [] : emissions))
        const lost = typed(run, 'lost').map(({ emission }) => emission)
        expect(sent.length + lost.length).toBe(run.emissions.length)
        expect(new Set([...sent, ...lost])).toEqual(new Set(run.emissions))
        for (const act of publishes(run)) {
          expect(act.emissions.every(({ at }) => at <= act.at)).toBe(true)
        }
        for (const one of run.observations) expect(one.sent + one.lost).toBe(60)
      }),
      { numRuns: 60 },
    )
  })

  test('a line that is down says nothing, and down and up take turns', () => {
    const run = throughNetwork(EVERYTHING, { readings: 200 })
    for (const own of Map.groupBy(run.acts, ({ device }) => device.index).values()) {
      let up = true
      for (const { type } of own) {
        if (type === 'down' || type === 'up') {
          expect(up).toBe(type === 'down')
          up = !up
        } else if (type !== 'lost' && type !== 'clone') expect(up).toBe(true)
      }
    }
  })

  test('shards together say what the whole says, in the same order for each device', () => {
    const whole = throughNetwork(EVERYTHING).acts.map(facts)
    const shards = [0, 1, 2].flatMap(
      (index) => throughNetwork(EVERYTHING, { shard: { index, of: 3 } }).acts,
    )
    // Stable: what happens to one device at one instant keeps its order.
    const merged = shards.toSorted((a, b) => a.at - b.at || a.device.index - b.device.index)
    expect(merged.map(facts)).toEqual(whole)
    expect(throughNetwork(EVERYTHING).acts.map(facts)).toEqual(whole)
    expect(throughNetwork(EVERYTHING, { seed: '2' }).acts.map(facts)).not.toEqual(whole)
  })

  test('one fault more changes nothing about what another does', () => {
    const losses = (faults: NetworkDocument): string[] =>
      typed(throughNetwork(faults), 'lost').map(({ emission }) => emission.payload.toString())
    const alone = losses({ loss: 0.1 })
    const more: NetworkDocument = { loss: 0.1, duplicate: 0.5, delay: { constant: '1s' } }
    expect(losses({ ...more, malformed: 0.5 }).toSorted()).toEqual(alone.toSorted())
  })

  test('who stops asking loses what is under way, and nothing is counted twice', () => {
    for (const after of [0, 1, 500, 1_500, 1_999]) {
      const { observations, emissions } = throughNetwork({ loss: 1 })
      for (const one of observations) one.lost = 0
      const setting = {
        city: { ...CITY, devices: CITY.devices.slice(0, 10) },
        seed: '1',
        startedAt: START,
        endedAt: epochMs(START + 200_000),
      }
      let taken = 0
      const pulled = { count: 0 }
      const counted = (function* () {
        for (const emission of emissions) {
          pulled.count += 1
          yield emission
        }
      })()
      for (const _ of impair(counted, faultsOf(EVERYTHING), setting, WHOLE)) {
        if (taken === after) break
        taken += 1
      }
      const settled = observations.reduce((sum, { sent, lost }) => sum + sent + lost, 0)
      expect(settled).toBe(pulled.count)
    }
  })
})

describe('a network by itself', () => {
  test('takes readings and gives acts as they are asked for', () => {
    const devices = CITY.devices.slice(0, 2)
    const [device] = devices as [(typeof devices)[number]]
    const setting = {
      seed: '1',
      citySeed: 'net',
      startedAt: START,
      endedAt: epochMs(START + 9_000),
    }
    const network = new Network(
      faultsOf({ delay: { constant: '2s' } }),
      { ...setting, devices },
      WHOLE,
    )
    const at = epochMs(START + 1_000)
    network.offer({ at, device, payload: Buffer.from('{}'), shows: [] })
    expect([...network.advance(epochMs(START + 3_000))]).toEqual([])
    expect([...network.advance(epochMs(START + 3_001))]).toMatchObject([
      { type: 'publish', at: START + 3_000, device },
    ])
    expect([...network.advance(epochMs(Number.POSITIVE_INFINITY))]).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import { loadNetwork } from '#simulator/replay/load-network.ts'
import type { FakeBroker } from './fake-broker.ts'
import { fileOf, jsonOf, replayed } from './replayed.ts'

/** Two devices, a reading a second each for ten minutes. */
const FILE = `id,time,level\n${Array.from({ length: 1_200 }, (_, n) => `${n % 2 ? 'a' : 'b'},${1_735_689_600 + Math.floor(n / 2)},${n}\n`).join('')}`
const naming = { column: 'id', prefix: '' } as const

const withNetwork = async (yaml: string) =>
  replayed(FILE, { naming, network: loadNetwork(await fileOf(yaml)) })

/** What the service would store: device, time and seq of each reading that arrived. */
function arrived(broker: FakeBroker): Set<string> {
  const identities = new Set<string>()
  for (const { id, packet } of broker.published) {
    const told = jsonOf(packet.payload)
    for (const reading of Array.isArray(told) ? told : [told]) {
      if (reading?.measuredAt) identities.add(`${id} ${reading.measuredAt} ${reading.seq ?? 0}`)
    }
  }
  return identities
}

describe('the network on top of a recording', () => {
  test('loses some, doubles some, holds some back, and what is left arrives', async () => {
    const { broker, summary } = await withNetwork(
      'network: { loss: 0.1, duplicate: 0.2, reorder: { share: 0.3, by: { uniform: [1s, 30s] } } }',
    )
    expect(summary.distinct).toBe(1_200)
    expect(summary.lost).toBeGreaterThan(60)
    expect(summary.published).toBeGreaterThan(1_200)
    expect(summary.published).toBe(summary.acknowledged)
    expect(arrived(broker).size).toBe(summary.distinct - summary.lost)
    const times = broker.published
      .filter(({ id }) => id === 'a')
      .map(({ packet }) => JSON.parse(packet.payload.toString()).measuredAt)
    expect(times).not.toEqual(times.toSorted((a, b) => a - b))
  })

  test('cuts devices off and lets them send what they kept, in arrays', async () => {
    const { broker, summary } = await withNetwork(
      'network: { outages: [{ share: 1, at: 1m, lasts: { constant: 3m }, array: 50, flush: reversed }] }',
    )
    expect(summary).toMatchObject({ distinct: 1_200, lost: 0, published: 1_200 })
    expect(summary.messages).toBeLessThan(1_200 - 300)
    expect(arrived(broker).size).toBe(1_200)
  })

  test('adds rubbish that is counted apart', async () => {
    const { broker, summary } = await withNetwork('seed: n\nnetwork: { malformed: 0.1 }')
    expect(summary.noise).toBeGreaterThan(50)
    expect(summary).toMatchObject({ published: 1_200, acknowledged: 1_200 })
    expect(arrived(broker).size).toBe(1_200)
    expect(broker.published).toHaveLength(1_200 + summary.noise)
  })

  test('readings sent together stay together around what the network does', async () => {
    const file = await fileOf('network: { loss: 0.05, duplicate: 0.05 }')
    const network = loadNetwork(file)
    const { broker, summary } = await replayed(FILE, { naming, network, array: 20 })
    expect(summary.messages).toBeLessThan(600)
    expect(arrived(broker).size).toBe(summary.distinct - summary.lost)
    expect(summary.published).toBe(summary.acknowledged)
  })

  test('the same faults befall the same file again', async () => {
    const yaml = 'network: { loss: 0.1 }'
    const [one, other] = [await withNetwork(yaml), await withNetwork(yaml)]
    expect(arrived(one.broker)).toEqual(arrived(other.broker))
  })

  test('a file with the newest first loses nothing to its order', async () => {
    const rows = FILE.trimEnd().split('\n').slice(1).reverse()
    const network = loadNetwork(await fileOf('network: { delay: { uniform: [0s, 10s] } }'))
    const text = `id,time,level\n${rows.join('\n')}\n`
    const { broker, summary } = await replayed(text, { naming, network })
    expect(summary).toMatchObject({ distinct: 1_200, lost: 0, acknowledged: 1_200 })
    expect(arrived(broker).size).toBe(1_200)
  })
})

describe('a network', () => {
  test('is that of a scenario by name, by file, or of a file that is nothing else', async () => {
    expect(loadNetwork('demo').network).toMatchObject({ loss: 0, outages: [] })
    const whole =
      'id: xx\ntitle: { en: x, zh: x }\nseed: s\nfleet: { devices: 5 }\nduration: 1h\nnetwork: { loss: 0.5 }'
    expect(loadNetwork(await fileOf(whole))).toMatchObject({ seed: 's', network: { loss: 0.5 } })
    const alone = 'network: { storms: [{ at: 40d, share: 1 }] }'
    expect(loadNetwork(await fileOf(alone)).network.storms).toHaveLength(1)
  })

  test.each([
    ['network: { loss: 2 }', /loss/],
    ['network: { losses: 0.1 }', /losses/],
    ['network: [', /recording-\d+: /],
    ['loss: 0.1', /recording-\d+: /],
  ])('%s is refused with its path', async (yaml, words) => {
    const file = await fileOf(yaml)
    expect(() => loadNetwork(file)).toThrow(words)
  })

  test('that is not there is refused with those that are', () => {
    expect(() => loadNetwork('no-such-scenario')).toThrow(/there is no scenario no-such-scenario/)
  })
})

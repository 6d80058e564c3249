import { type EpochMs, epochMs } from '#model/time.ts'
import type { Act, Publish } from '#simulator/network/act.ts'
import { impair } from '#simulator/network/impair.ts'
import { type Shard, WHOLE } from '#simulator/run/shard.ts'
import type { NetworkFaults } from '#simulator/scenario/scenario.ts'
import type { ScenarioDocument } from '#simulator/scenario/scenario-document.ts'
import type { Emission } from '#simulator/stream/emission.ts'
import { type Observation, observation } from '#simulator/truth/observation.ts'
import { buildCity } from '#simulator/world/city.ts'
import { scenarioWith } from '#tests/simulator/simulated-run.ts'

export const START = epochMs(Date.parse('2026-06-10T00:00:00Z'))
export const CITY = buildCity({ seed: 'net', devices: 40 })

/** The network of a scenario that says only this of it. */
export const faultsOf = (network: NonNullable<ScenarioDocument['network']>): NetworkFaults =>
  scenarioWith({ network, duration: '36500d' }).network

export interface NetworkRunOptions {
  /** Readings of each device. */
  readonly readings?: number
  readonly interval_ms?: number
  readonly devices?: number
  readonly seed?: string
  readonly shard?: Shard
  /** Of the run; after the last reading when absent. */
  readonly endedAt?: EpochMs
}

export interface NetworkRun {
  readonly acts: readonly Act[]
  readonly emissions: readonly Emission[]
  /** One for each device, of all its readings. */
  readonly observations: readonly Observation[]
}

/** All devices report in step; every reading shows the one observation of its device. */
export function throughNetwork(
  network: NonNullable<ScenarioDocument['network']>,
  { readings = 200, interval_ms = 1_000, devices = 10, ...options }: NetworkRunOptions = {},
): NetworkRun {
  const { seed = '1', shard = WHOLE } = options
  const { endedAt = epochMs(START + readings * interval_ms) } = options
  const own = CITY.devices.slice(0, devices)
  const observations = own.map((device) =>
    observation({
      phenomenon: 'cover-open',
      incidentId: 'i',
      deviceId: device.id,
      partId: null,
      startedAt: START,
      endedAt: null,
    }),
  )
  const emissions: Emission[] = []
  for (let n = 0; n < readings; n += 1) {
    const at = epochMs(START + n * interval_ms)
    for (const device of own) {
      if (at >= endedAt || device.index % shard.of !== shard.index) continue
      const payload = Buffer.from(JSON.stringify({ measuredAt: at, level_mm: n }))
      const shows = [observations[device.index] as Observation]
      for (const one of shows) one.measured += 1
      emissions.push({ at, device, payload, shows })
    }
  }
  const setting = { city: { ...CITY, devices: own }, seed, startedAt: START, endedAt }
  const acts = [...impair(emissions, faultsOf(network), setting, shard)]
  return { acts, emissions, observations }
}

export const publishes = ({ acts }: Pick<NetworkRun, 'acts'>): readonly Publish[] =>
  acts.filter((act) => act.type === 'publish')

export const typed = <Type extends Act['type']>(
  { acts }: Pick<NetworkRun, 'acts'>,
  type: Type,
): readonly Extract<Act, { type: Type }>[] =>
  acts.filter((act): act is Extract<Act, { type: Type }> => act.type === type)

/** How much later than it was taken each reading was sent. */
export const delays = (run: NetworkRun): readonly number[] =>
  publishes(run).map(({ at, emissions }) => at - (emissions[0] as Emission).at)

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/**
 * The greatest distance between the distribution of a sample and the one it should have, times the
 * root of its size (Kolmogorov and Smirnov): above 1.95 in one honest sample of a thousand.
 */
export function distance(sample: readonly number[], cumulative: (value: number) => number): number {
  const sorted = sample.toSorted((a, b) => a - b)
  const n = sorted.length
  const off = sorted.map((value, index) => {
    const expected = cumulative(value)
    return Math.max(Math.abs(expected - index / n), Math.abs(expected - (index + 1) / n))
  })
  return Math.max(...off) * Math.sqrt(n)
}

/** Within four deviations of a count of independent chances: one honest sample in 16,000 is not. */
export function binomialBounds(n: number, share: number): readonly [number, number] {
  const deviation = Math.sqrt(n * share * (1 - share))
  return [n * share - 4 * deviation, n * share + 4 * deviation]
}

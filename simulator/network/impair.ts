import { epochMs } from '#model/time.ts'
import type { Shard } from '#simulator/run/shard.ts'
import type { NetworkFaults } from '#simulator/scenario/scenario.ts'
import type { Emission } from '#simulator/stream/emission.ts'
import type { Setting } from '#simulator/world/setting.ts'
import type { Act } from './act.ts'
import { isClear } from './faults.ts'
import { countLost, Network } from './network.ts'

type ImpairSetting = Pick<Setting, 'seed' | 'startedAt' | 'endedAt' | 'city'>

const FOREVER = epochMs(Number.POSITIVE_INFINITY)

/**
 * What becomes of a stream of emissions on its way to the broker, in the order of time. An act
 * counts as taken when the next is asked for; what is under way when nobody asks any more is lost.
 */
export const impair = (
  emissions: Iterable<Emission>,
  faults: NetworkFaults,
  setting: ImpairSetting,
  shard: Shard,
): Generator<Act, void, undefined> =>
  isClear(faults) ? unimpaired(emissions) : impaired(emissions, faults, setting, shard)

function* unimpaired(emissions: Iterable<Emission>): Generator<Act, void, undefined> {
  let inHand: Emission | null = null
  try {
    for (const emission of emissions) {
      inHand = emission
      const { at, device, payload, shows } = emission
      yield { type: 'publish', at, device, payload, emissions: [emission], again: false }
      inHand = null
      for (const one of shows) one.sent += 1
    }
  } finally {
    if (inHand) countLost(inHand)
  }
}

function* impaired(
  emissions: Iterable<Emission>,
  faults: NetworkFaults,
  { city, seed, startedAt, endedAt }: ImpairSetting,
  shard: Shard,
): Generator<Act, void, undefined> {
  const { seed: citySeed, devices } = city
  const network = new Network(faults, { seed, citySeed, startedAt, endedAt, devices }, shard)
  let inHand: Emission | null = null
  try {
    for (const emission of emissions) {
      inHand = emission
      yield* network.advance(emission.at)
      inHand = null
      network.offer(emission)
    }
    yield* network.advance(FOREVER)
  } finally {
    if (inHand) countLost(inHand)
    network.abandon()
  }
}

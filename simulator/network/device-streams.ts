import { type Random, splitRandom } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'

export interface NetworkSeed {
  readonly citySeed: string
  readonly seed: string
}

/** What a fault draws from where it strikes the whole city. */
export const cityStream = (
  { citySeed, seed }: NetworkSeed,
  ...labels: readonly (string | number)[]
): Random => splitRandom(citySeed, 'network', seed, ...labels)

/** What a fault draws from for each device: made when first asked for, going on from there. */
export class DeviceStreams {
  readonly #labels: readonly (string | number)[]
  readonly #seed: NetworkSeed
  readonly #streams: Random[] = []

  constructor(seed: NetworkSeed, ...labels: readonly (string | number)[]) {
    this.#seed = seed
    this.#labels = labels
  }

  of({ index, id }: Pick<SimulatedDevice, 'index' | 'id'>): Random {
    return (this.#streams[index] ??= cityStream(this.#seed, ...this.#labels, id))
  }
}

import type { EpochMs } from '#model/time.ts'
import type { Shard } from '#simulator/run/shard.ts'
import type { NetworkFaults } from '#simulator/scenario/scenario.ts'
import type { Emission } from '#simulator/stream/emission.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { Setting } from '#simulator/world/setting.ts'
import type { Act } from './act.ts'

export interface NetworkSetting extends Pick<Setting, 'seed' | 'startedAt' | 'endedAt'> {
  readonly citySeed: string
  /** All of them, whatever the shard. */
  readonly devices: readonly SimulatedDevice[]
}

/** What lies between the devices of a shard and the broker. */
export class Network {
  #waiting: Emission[] = []

  constructor(_faults: NetworkFaults, _setting: NetworkSetting, _shard: Shard) {}

  /** Takes a reading; they come in the order of time, and after `advance` to their time. */
  offer(emission: Emission): void {
    this.#waiting.push(emission)
  }

  /** Every act before `to`, in the order of time; then by device, then as they were offered. */
  *advance(to: EpochMs): Generator<Act, void, undefined> {
    const later = this.#waiting.filter(({ at }) => at >= to)
    const due = this.#waiting.filter(({ at }) => at < to)
    this.#waiting = later
    for (const emission of due) {
      const { at, device, payload, shows } = emission
      yield { type: 'publish', at, device, payload, emissions: [emission], again: false }
      for (const one of shows) one.sent += 1
    }
  }
}

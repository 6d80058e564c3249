import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { Setting } from '#simulator/world/setting.ts'

/** What a network must know of a run. */
export interface NetworkSetting extends Pick<Setting, 'seed' | 'startedAt' | 'endedAt'> {
  readonly citySeed: string
  /** All of them, whatever the shard, each at its index. */
  readonly devices: readonly SimulatedDevice[]
}

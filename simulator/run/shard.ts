import type { SimulatedDevice } from '#simulator/world/fixtures.ts'

/** One worker's share of a fleet: every `of`th device, from `index` on. */
export interface Shard {
  readonly index: number
  readonly of: number
}

export const WHOLE: Shard = { index: 0, of: 1 }

export const shardHolds = ({ index, of }: Shard, device: Pick<SimulatedDevice, 'index'>): boolean =>
  device.index % of === index

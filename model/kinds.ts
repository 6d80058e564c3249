import type { DeviceKind } from './kind.ts'
import { binSensor } from './kinds/bin-sensor.ts'
import { manholeCover } from './kinds/manhole-cover.ts'
import { patrolTerminal } from './kinds/patrol-terminal.ts'
import { pipeGauge } from './kinds/pipe-gauge.ts'
import { refuseTruck } from './kinds/refuse-truck.ts'

/** Every kind of device Wanmi knows. */
export const KINDS: readonly DeviceKind[] = [
  manholeCover,
  refuseTruck,
  patrolTerminal,
  pipeGauge,
  binSensor,
]

export const KIND_NAMES: readonly string[] = KINDS.map((kind) => kind.name)

const byName = new Map(KINDS.map((kind) => [kind.name, kind]))

export const findKind = (name: string): DeviceKind | undefined => byName.get(name)

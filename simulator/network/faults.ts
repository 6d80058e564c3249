import type { NetworkFaults } from '#simulator/scenario/scenario.ts'
import type { Noise } from './act.ts'
import { clones } from './clones.ts'
import { delay } from './delay.ts'
import { DeviceStreams } from './device-streams.ts'
import { duplication } from './duplication.ts'
import { flood } from './floods.ts'
import { halfOpen } from './half-open.ts'
import type { LineEvents, Reach } from './line-event.ts'
import { loss } from './loss.ts'
import type { NetworkSetting } from './network-setting.ts'
import { outages } from './outages.ts'
import type { Layer, Pass } from './parcel.ts'
import { reordering } from './reordering.ts'
import { rubbish } from './rubbish.ts'
import { storm } from './storms.ts'

export interface SideEffects {
  readonly lose: Pass
  readonly interject: (noise: Noise) => void
}

/** What messages go through before they come to their line: only what the faults name. */
export function layersOf(
  { malformed, oversize, loss: lost, duplicate, delay: by, reorder }: NetworkFaults,
  setting: NetworkSetting,
  { lose, interject }: SideEffects,
): readonly Layer[] {
  const streams = (label: string): DeviceStreams => new DeviceStreams(setting, label)
  return [
    malformed > 0 && rubbish('malformed', malformed, streams('malformed'), interject),
    oversize > 0 && rubbish('oversize', oversize, streams('oversize'), interject),
    lost > 0 && loss(lost, streams('loss'), lose),
    duplicate > 0 && duplication(duplicate, streams('duplicate')),
    by && delay(by, streams('delay')),
    reorder && reordering(reorder.share, reorder.by, streams('reorder')),
  ].filter((layer) => typeof layer === 'function')
}

/** What befalls the lines by themselves, each fault a stream of its own. */
export const lineEventsOf = (faults: NetworkFaults, reach: Reach): readonly LineEvents[] => [
  ...faults.outages.map((plan, number) => outages(plan, number, reach)),
  ...faults.storms.map((plan, number) => storm(plan, number, reach)),
  ...(faults.halfOpen ? [halfOpen(faults.halfOpen, reach)] : []),
  ...faults.clones.map((plan, number) => clones(plan, number, reach)),
  ...faults.floods.map((plan, number) => flood(plan, number, reach)),
]

export const isClear = (faults: NetworkFaults): boolean => {
  const { loss, delay, duplicate, reorder, halfOpen, malformed, oversize } = faults
  const { outages, storms, clones, floods } = faults
  return (
    loss + duplicate + malformed + oversize === 0 &&
    delay === null &&
    reorder === null &&
    halfOpen === null &&
    outages.length + storms.length + clones.length + floods.length === 0
  )
}

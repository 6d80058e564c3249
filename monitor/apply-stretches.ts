import type { Device } from '#model/device.ts'
import type { DeviceKind } from '#model/kind.ts'
import type { Stretch } from '#rules/fold.ts'
import { reconcile } from '#rules/reconcile.ts'
import type { DeviceState } from './device-state.ts'
import type { EpisodeBook } from './episode-book.ts'
import type { EpisodeStretch } from './episode-stretch.ts'
import type { PlannedRule } from './plans.ts'

/** One rule of one device, and where the device's state keeps it. */
export interface RulePlace {
  readonly device: Device
  readonly kind: DeviceKind
  readonly index: number
  readonly planned: PlannedRule
}

/** Writes into `book` and `state` by what the stretches that are stored differ from those found. */
export function applyStretches(
  { device, kind, index, planned }: RulePlace,
  stored: readonly EpisodeStretch[],
  found: readonly Stretch[],
  state: DeviceState,
  book: EpisodeBook,
): void {
  const { amended, vanished, appeared } = reconcile(stored, found)
  for (const stretch of vanished) {
    book.withdraw(stretch)
    if (state.episodes[index]?.id === stretch.episode.id) state.episodes[index] = undefined
  }
  for (const { stored: before, found: now } of amended) {
    const episode = book.amend(kind, before, now)
    if (episode.clearedAt === null) state.episodes[index] = episode
    else if (state.episodes[index]?.id === episode.id) state.episodes[index] = undefined
  }
  for (const stretch of appeared) {
    const episode = book.open(planned, device, kind, stretch)
    if (episode.clearedAt === null) state.episodes[index] = episode
  }
}

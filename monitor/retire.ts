import type { Episode } from '#model/episode.ts'
import type { EpochMs } from '#model/time.ts'
import type { EpisodeBook } from './episode-book.ts'
import type { Plans } from './plans.ts'
import type { Devices } from './ports.ts'

/** Of open episodes those whose rule is not applied to their device any more. */
export function orphansOf(
  open: readonly Episode[],
  plans: Plans,
  devices: Devices,
): readonly Episode[] {
  const withGroups = new Set(
    plans.rules.flatMap(({ rule }) =>
      rule.neighbours === null && rule.mass === null ? [] : [rule.id],
    ),
  )
  return open.filter(({ role, ruleId, deviceId }) => {
    if (role === 'group') return !withGroups.has(ruleId)
    const device = devices.find(deviceId)
    return !device || !plans.of(device).rules.some(({ bound }) => bound.rule.id === ruleId)
  })
}

/** Ends an episode that no rule looks after any more, at the last instant it is known of. */
export function retire(episode: Episode, lastAt: EpochMs | null, book: EpisodeBook): void {
  const at = Math.max(episode.confirmedAt, lastAt ?? 0) as EpochMs
  book.close(episode, at, at)
}

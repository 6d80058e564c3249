import type { Episode } from '#model/episode.ts'
import type { EpochMs } from '#model/time.ts'
import type { EpisodeBook } from './episode-book.ts'
import type { Plans } from './plans.ts'
import type { Devices, History } from './ports.ts'

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

/** Ends those episodes, each at the newest reading of its device. @throws Unavailable */
export async function retireAll(
  orphans: readonly Episode[],
  { devices, history }: { readonly devices: Devices; readonly history: History },
  book: EpisodeBook,
): Promise<void> {
  const ids = new Set(orphans.map(({ deviceId }) => deviceId))
  const known = [...ids].flatMap((id) => devices.find(id) ?? [])
  const latest = await history.latest(known, 1)
  for (const episode of orphans) {
    retire(episode, latest.get(episode.deviceId)?.at(-1)?.measuredAt ?? null, book)
  }
}

/** Ends an episode that no rule looks after any more, at the last instant it is known of. */
export function retire(episode: Episode, lastAt: EpochMs | null, book: EpisodeBook): void {
  const at = Math.max(episode.confirmedAt, lastAt ?? 0) as EpochMs
  book.close(episode, at, at)
}

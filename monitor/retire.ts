import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import type { EpochMs } from '#model/time.ts'
import type { Logger } from '#runtime/logger.ts'
import type { DeviceMemory } from './device-memory.ts'
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

/** Ends an episode that no rule looks after any more, at the last instant it is known of. */
export function retire(episode: Episode, lastAt: EpochMs | null, book: EpisodeBook): void {
  const at = Math.max(episode.confirmedAt, lastAt ?? 0) as EpochMs
  book.close(episode, at, at)
}

interface OrphanParts {
  readonly history: History
  readonly devices: Devices
  readonly log: Logger
}

/** Ends, in the book, the open episodes that no rule looks after any more. */
export async function retireOrphans(
  { history, devices, log }: OrphanParts,
  plans: Plans,
  memory: DeviceMemory,
  book: EpisodeBook,
): Promise<readonly Episode[]> {
  const orphans = orphansOf(await history.openEpisodes(), plans, devices)
  if (orphans.length === 0) return orphans
  const lastAt = await lastHeard(orphans, memory, { history, devices })
  for (const episode of orphans) retire(episode, lastAt.get(episode.deviceId) ?? null, book)
  const rules = [...new Set(orphans.map(({ ruleId }) => ruleId))]
  log.info({ episodes: orphans.length, rules }, 'no rule looks after some open episodes: they end')
  return orphans
}

/** When the devices of some episodes measured last, as far as they ever did and are there. */
async function lastHeard(
  episodes: readonly Episode[],
  memory: DeviceMemory,
  { history, devices }: Omit<OrphanParts, 'log'>,
): Promise<ReadonlyMap<string, EpochMs>> {
  const heard = new Map<string, EpochMs>()
  const unknown = new Map<string, Device>()
  for (const { deviceId } of episodes) {
    const state = memory.get(deviceId)
    const device = devices.find(deviceId)
    if (state?.last) heard.set(deviceId, state.last.measuredAt)
    else if (!state && device) unknown.set(deviceId, device)
  }
  const latest = await history.latest([...unknown.values()], () => 1)
  for (const [id, readings] of latest) {
    const last = readings.at(-1)
    if (last) heard.set(id, last.measuredAt)
  }
  return heard
}

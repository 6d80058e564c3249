import { type DurationMs, type EpochMs, plus, seconds } from '#model/time.ts'
import { silentFrom } from '#rules/silence.ts'
import { foldSilence } from './device-fold.ts'
import type { DeviceMemory } from './device-memory.ts'
import { copyState, type DeviceState } from './device-state.ts'
import type { EpisodeBook } from './episode-book.ts'
import type { Plans } from './plans.ts'
import type { Devices } from './ports.ts'

/** Silences that are opened in one commit. */
export const SILENCES_AT_ONCE = 2_000
/** A device that is just sending is not silent, however old what it sends is. */
export const TALKING: DurationMs = seconds(60)

/** Opens the silences that have become too long, and answers the states of their devices. */
export function fallenSilent(
  memory: DeviceMemory,
  plans: Plans,
  devices: Devices,
  book: EpisodeBook,
): ReadonlyMap<string, DeviceState> {
  const states = new Map<string, DeviceState>()
  for (const [id, known] of memory.all()) {
    if (!mayBeSilent(known, book.now)) continue
    const device = devices.find(id)
    if (!device || !memory.of(device, plans)) continue
    const state = copyState(known)
    states.set(id, state)
    foldSilence(device, state, book)
    if (states.size === SILENCES_AT_ONCE) break
  }
  return states
}

function mayBeSilent({ plan, rules, heardAt }: DeviceState, now: EpochMs): boolean {
  if (!plan.hasSilence || (heardAt !== null && now < plus(heardAt, TALKING))) return false
  return plan.rules.some(({ bound }, index) => {
    const state = rules[index]
    return (
      bound.silence !== null &&
      state?.phase === 'heard' &&
      silentFrom(bound, bound.silence, state.last.measuredAt) < now
    )
  })
}

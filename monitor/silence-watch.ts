import { type EpochMs, plus } from '#model/time.ts'
import { foldSilence } from './device-fold.ts'
import type { DeviceMemory } from './device-memory.ts'
import { copyState, type DeviceState } from './device-state.ts'
import type { EpisodeBook } from './episode-book.ts'
import { fallSilent } from './hearing.ts'
import type { Plans } from './plans.ts'
import type { Devices } from './ports.ts'

/** Devices whose silences are opened in one commit. */
export const SILENCES_AT_ONCE = 2_000

/** Opens the silences that have become too long, and answers the states of their devices. */
export function fallenSilent(
  memory: DeviceMemory,
  plans: Plans,
  devices: Devices,
  book: EpisodeBook,
): { readonly states: ReadonlyMap<string, DeviceState>; readonly opened: number } {
  const states = new Map<string, DeviceState>()
  let opened = 0
  for (const [id, known] of memory.all()) {
    if (!isSilent(known, book.now)) continue
    const device = devices.find(id)
    if (!device || !memory.of(device, plans)) continue
    const state = copyState(known)
    states.set(id, state)
    opened += foldSilence(device, state, book)
    if (states.size === SILENCES_AT_ONCE) break
  }
  return { states, opened }
}

function isSilent({ plan, rules, last, heardAt }: DeviceState, now: EpochMs): boolean {
  // Nearly every device is well: of those no rule needs to be asked.
  if (last === null || plus(last.measuredAt, plan.shortestSilence) >= now) return false
  return plan.rules.some(({ bound }, index) => {
    const state = rules[index]
    return state !== undefined && fallSilent(bound, state, now, heardAt) !== undefined
  })
}

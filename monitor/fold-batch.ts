import type { Reading } from '#model/reading.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import type { Metrics } from '#runtime/metrics.ts'
import { foldDevice } from './device-fold.ts'
import type { DeviceMemory } from './device-memory.ts'
import { byDevice, copyState, type DeviceState } from './device-state.ts'
import type { EpisodeBook } from './episode-book.ts'
import { LetGoWindows } from './let-go-windows.ts'
import type { Plans } from './plans.ts'
import type { History } from './ports.ts'

interface Surrounding {
  readonly memory: DeviceMemory
  readonly plans: Plans
  readonly history: History
  readonly metrics: Pick<Metrics, 'lateRefolds' | 'windowsReread'>
}

/**
 * Folds readings that came at `heardAt` on copies of what is remembered of their devices, and answers
 * the copies. What follows is written into the book.
 */
export async function foldBatch(
  readings: readonly Reading[],
  heardAt: EpochMs,
  { memory, plans, history, metrics }: Surrounding,
  book: EpisodeBook,
): Promise<Map<string, DeviceState>> {
  const parts = byDevice(readings)
  const devices = [...parts.values()].map(([first]) => (first as Reading).device)
  const states = new Map(await memory.recall(devices, plans, book))
  for (const device of devices) {
    const known = states.get(device.id) ?? memory.of(device, plans)
    if (known) states.set(device.id, copyState(known))
  }
  const windows = new LetGoWindows(history, wanting(devices, states))
  for (const device of devices) {
    const state = states.get(device.id)
    if (!state) continue
    state.heardAt = epochMs(Math.max(state.heardAt ?? heardAt, heardAt))
    if (await windows.giveBack(device, state)) metrics.windowsReread.inc()
    const own = parts.get(device.id) ?? []
    if (await foldDevice(device, own, state, history, book)) metrics.lateRefolds.inc()
    memory.fit(device.id, state)
  }
  return states
}

function* wanting(devices: readonly Reading['device'][], states: ReadonlyMap<string, DeviceState>) {
  for (const device of devices) {
    const state = states.get(device.id)
    if (state) yield { device, state }
  }
}

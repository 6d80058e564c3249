import type { Device } from '#model/device.ts'
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
  const recalled = await memory.recall(devices, plans, book)
  const knownOf = (device: Device): DeviceState | undefined =>
    recalled.get(device.id) ?? memory.of(device, plans)
  const windows = new LetGoWindows(history, knownAmong(devices, knownOf))
  const states = new Map(recalled)
  for (const device of devices) {
    const known = knownOf(device)
    if (!known) continue
    const state = copyState(known)
    states.set(device.id, state)
    state.heardAt = epochMs(Math.max(state.heardAt ?? heardAt, heardAt))
    if (state.letGo > 0) {
      await windows.giveBack(device, state)
      metrics.windowsReread.inc()
    }
    const folded = foldDevice(device, parts.get(device.id) ?? [], state, history, book)
    if (folded !== false && (await folded)) metrics.lateRefolds.inc()
    memory.fit(state, known)
  }
  return states
}

function* knownAmong(
  devices: readonly Device[],
  knownOf: (device: Device) => DeviceState | undefined,
) {
  for (const device of devices) {
    const state = knownOf(device)
    if (state) yield { device, state }
  }
}

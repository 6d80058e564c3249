import { between, type EpochMs } from '#model/time.ts'
import type { DeviceState } from './device-state.ts'

/**
 * How much memory the windows of all devices may take. A device whose windows find no room is let in
 * without them: they are read from the database again when it reports. Whoever has room keeps it, so
 * that of devices that report in turn as many as fit never have to be read again.
 */
export class WindowRoom {
  readonly #limit: number
  #kept = 0
  /** By what is in the making, beyond what is kept. */
  #drafted = 0

  /** In bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** What is kept takes so many bytes. */
  get bytes(): number {
    return this.#kept
  }

  /** So full that it is worth looking for what nobody will look at again. */
  get isTight(): boolean {
    return this.#kept > this.#limit / 2
  }

  /** What was in the making was kept, or will not be. */
  begin(): void {
    this.#drafted = 0
  }

  /** Takes the windows from a state that is made when there is no room for them. */
  fit(state: DeviceState, before: DeviceState | undefined): void {
    const grown = bytesOf(state) - bytesOf(before)
    if (grown > 0 && this.#kept + this.#drafted + grown > this.#limit) {
      letGo(state)
      this.#drafted -= bytesOf(before)
    } else this.#drafted += grown
  }

  /** A state takes the place of the one before. */
  keep(state: DeviceState, before: DeviceState | undefined): void {
    this.#kept += bytesOf(state) - bytesOf(before)
  }

  /** Takes the windows from a kept state that was not heard for longer than they reach. */
  letGoIfOver(state: DeviceState, now: EpochMs): void {
    const { heardAt, plan } = state
    if (heardAt === null || between(heardAt, now) <= plan.lookback.window) return
    this.#kept -= bytesOf(state)
    letGo(state)
  }
}

const bytesOf = (state: DeviceState | undefined): number => state?.memory.recent?.bytes ?? 0

function letGo(state: DeviceState): void {
  state.letGo += state.memory.recent?.length ?? 0
  state.memory.recent = null
}

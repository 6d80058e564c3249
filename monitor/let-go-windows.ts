import type { Device } from '#model/device.ts'
import type { StoredReading } from '#model/reading.ts'
import { keepForWindows } from '#rules/memory.ts'
import type { DeviceState } from './device-state.ts'
import type { History } from './ports.ts'

/** Readings that are in hand at once. */
const READINGS_AT_ONCE = 8_000

interface Wanting {
  readonly device: Device
  readonly state: DeviceState
}

/**
 * Gives the windows back to devices that had to let go of them, in the order in which they are asked
 * for: some at a time, so that a batch of many does not take what there was no room for.
 */
export class LetGoWindows {
  readonly #history: Pick<History, 'latest'>
  readonly #rest: Iterator<Wanting>
  #read: ReadonlyMap<string, readonly StoredReading[]> = new Map()

  /** `wanting`: in the order in which they will be asked for; those that let go of nothing count not. */
  constructor(history: Pick<History, 'latest'>, wanting: Iterable<Wanting>) {
    this.#history = history
    this.#rest = Iterator.from(wanting).filter(({ state }) => state.letGo > 0)
  }

  /** To a device that has let go of them. */
  async giveBack({ id }: Device, state: DeviceState): Promise<void> {
    if (!this.#read.has(id)) await this.#readMore()
    for (const reading of this.#read.get(id) ?? []) {
      keepForWindows(state.memory, state.plan.lookback, reading)
    }
    state.letGo = 0
  }

  async #readMore(): Promise<void> {
    const some: Device[] = []
    const limits = new Map<string, number>()
    for (let room = READINGS_AT_ONCE; room > 0; ) {
      const { value, done } = this.#rest.next()
      if (done) break
      some.push(value.device)
      limits.set(value.device.id, value.state.letGo)
      room -= value.state.letGo
    }
    this.#read = await this.#history.latest(some, (id) => limits.get(id) ?? 0)
  }
}

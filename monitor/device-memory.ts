import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import type { EpochMs } from '#model/time.ts'
import type { Metrics } from '#runtime/metrics.ts'
import type { DeviceState } from './device-state.ts'
import type { EpisodeBook } from './episode-book.ts'
import type { Plans } from './plans.ts'
import type { Devices, History } from './ports.ts'
import { recall } from './recall.ts'
import { orphansOf, retire } from './retire.ts'
import { WindowRoom } from './window-room.ts'

interface MemoryParts {
  readonly history: History
  readonly devices: Devices
  readonly metrics: Pick<Metrics, 'recallSeconds'>
  /** What windows may take in all. */
  readonly windowsMaxBytes: number
}

/** What is remembered of each device; what is not is rebuilt from the database. */
export class DeviceMemory {
  readonly #parts: MemoryParts
  readonly #states = new Map<string, DeviceState>()
  /** Open, of devices that were not remembered yet. */
  readonly #open: Map<string, Episode[]>
  readonly #room: WindowRoom

  constructor(parts: MemoryParts, open: readonly Episode[]) {
    this.#parts = parts
    this.#room = new WindowRoom(parts.windowsMaxBytes)
    this.#open = Map.groupBy(
      open.filter(({ role }) => role !== 'group'),
      ({ deviceId }) => deviceId,
    )
  }

  /** Whatever rules it was made with. */
  get(deviceId: string): DeviceState | undefined {
    return this.#states.get(deviceId)
  }

  all(): Iterable<readonly [string, DeviceState]> {
    return this.#states
  }

  /** The state of a device, unless other rules hold for it than when it was made. */
  of(device: Device, plans: Plans): DeviceState | undefined {
    const known = this.#states.get(device.id)
    return known?.plan.key === plans.of(device).key ? known : undefined
  }

  /** Ids of the devices of which some reading is known. */
  *heard(): Generator<string> {
    for (const [id, { last }] of this.#states) if (last !== null) yield id
  }

  get size(): number {
    return this.#states.size
  }

  /** What windows take, in bytes. */
  get windowBytes(): number {
    return this.#room.bytes
  }

  /** How many episodes of single devices are open. */
  get openEpisodes(): number {
    let open = 0
    for (const { episodes } of this.#states.values())
      for (const episode of episodes) if (episode) open++
    for (const episodes of this.#open.values()) open += episodes.length
    return open
  }

  /** Answers those of which a first reading is known now. */
  keep(states: ReadonlyMap<string, DeviceState>): readonly string[] {
    const heard: string[] = []
    for (const [id, state] of states) {
      const before = this.#states.get(id)
      if (state.last !== null && !before?.last) heard.push(id)
      this.#room.keep(state, before)
      this.#states.set(id, state)
      this.#open.delete(id)
    }
    return heard
  }

  /** A state in the making loses its windows where there is no room for them. */
  fit(state: DeviceState, before: DeviceState | undefined): void {
    this.#room.fit(state, before)
  }

  /** Lets go of windows that no reading of now would look at. */
  tidy(now: EpochMs): void {
    if (!this.#room.isTight) return
    for (const state of this.#states.values()) this.#room.letGoIfOver(state, now)
  }

  /** These episodes are over by other means than a reading. */
  forget(ended: readonly Episode[]): void {
    for (const { id, deviceId } of ended) {
      const episodes = this.#states.get(deviceId)?.episodes ?? []
      const index = episodes.findIndex((episode) => episode?.id === id)
      if (index >= 0) episodes[index] = undefined
      const open = this.#open.get(deviceId)?.filter((episode) => episode.id !== id)
      if (open) this.#open.set(deviceId, open)
    }
  }

  /** The states of those that are not remembered. Episodes that no rule looks after are ended. */
  async recall(
    devices: readonly Device[],
    plans: Plans,
    book: EpisodeBook,
  ): Promise<ReadonlyMap<string, DeviceState>> {
    this.#room.begin()
    const unknown = devices.filter((device) => !this.of(device, plans))
    if (unknown.length === 0) return new Map()
    const openOf = (id: string): readonly Episode[] =>
      this.#states.get(id)?.episodes.filter((episode) => episode !== undefined) ??
      this.#open.get(id) ??
      []
    const { history, devices: registered, metrics } = this.#parts
    const took = metrics.recallSeconds.startTimer()
    const planOf = (device: Device) => plans.of(device)
    const made = (id: string, state: DeviceState): void => this.fit(state, this.#states.get(id))
    const states = await recall(unknown, { planOf, openOf, made }, history)
    took()
    for (const { id } of unknown) {
      const state = states.get(id)
      const lastAt = state?.last?.measuredAt ?? null
      const before = this.#states.get(id)?.heardAt
      if (state && before) state.heardAt = Math.max(before, state.heardAt ?? before) as EpochMs
      for (const episode of orphansOf(openOf(id), plans, registered)) {
        retire(episode, lastAt, book)
      }
    }
    return states
  }
}

import type { CaseChange } from '#model/commit.ts'
import { Unavailable } from '#model/error.ts'
import type { Place } from '#model/place.ts'
import type { Reading } from '#model/reading.ts'
import { seesDevice } from '#model/sees-device.ts'
import type { Metrics } from '#runtime/metrics.ts'
import { caseEvent, readingEvent } from './event-documents.ts'
import type { LiveEvent } from './live-event.ts'
import { type LiveFilter, wantsCase } from './live-filter.ts'
import { type LiveSink, LiveViewer } from './live-viewer.ts'
import { MapFeed, type MapState } from './map-feed.ts'
import { Rounds } from './rounds.ts'

/** What a viewer may see now; null when it may watch no longer. It never fails. */
export type LookAgain = () => Promise<LiveFilter['scope'] | null>

const VIEWERS_MAX = 2_000
const HEARTBEAT_MS = 15_000

interface Watch {
  filter: LiveFilter
  readonly viewer: LiveViewer
  readonly lookAgain: LookAgain
  /** With its next turn it is shown that the way to it is open. */
  isBeatDue: boolean
}

/**
 * Hands committed readings, states and cases to whoever watches and may see them, in turns. With each
 * heartbeat it looks again who that is. Without viewers it costs nothing.
 */
export class LiveHub {
  readonly #watches = new Set<Watch>()
  /** Who watches a device by its id. */
  readonly #ofDevice = new Map<string, Set<Watch>>()
  readonly #ofCases = new Set<Watch>()
  readonly #ofMap = new Set<Watch>()
  readonly #map = new MapFeed()
  readonly #rounds = new Rounds<Watch>(
    () => this.#watches,
    (watch) => this.#turn(watch),
    () => this.#map.told([...this.#ofMap].map(({ viewer }) => viewer.told)),
  )
  readonly #metrics: Pick<Metrics, 'liveViewers' | 'liveSkipped'>
  #beat: NodeJS.Timeout | undefined

  constructor(metrics: Pick<Metrics, 'liveViewers' | 'liveSkipped'>, heartbeatMs = HEARTBEAT_MS) {
    this.#metrics = metrics
    this.#beat = setInterval(() => void this.heartbeat(), heartbeatMs).unref()
  }

  /** Somebody looks at the map: states are wanted. */
  get hasMap(): boolean {
    return this.#ofMap.size > 0
  }

  /** Looks again who watches, and lets each viewer know that the way to it is open. */
  async heartbeat(): Promise<void> {
    await Promise.all([...this.#watches].map((watch) => this.#look(watch)))
  }

  /**
   * Adds a viewer; the result takes it away.
   *
   * @throws Unavailable('not-ready') when there are too many, or the service is stopping
   */
  watch(filter: LiveFilter, sink: LiveSink, lookAgain: LookAgain): () => void {
    if (this.#beat === undefined) throw new Unavailable('not-ready', 'the service is stopping')
    if (this.#watches.size >= VIEWERS_MAX) {
      throw new Unavailable('not-ready', `${VIEWERS_MAX} viewers watch already; try again`)
    }
    const watch: Watch = {
      filter,
      viewer: new LiveViewer(sink, {
        onSkip: (count) => this.#metrics.liveSkipped.inc(count),
        onReady: () => this.#rounds.ask(watch),
        from: filter.box === undefined ? null : this.#map.last,
      }),
      lookAgain,
      isBeatDue: false,
    }
    this.#add(watch)
    return () => this.#remove(watch)
  }

  /** Readings that were committed. */
  readings(readings: readonly Reading[]): void {
    if (this.#ofDevice.size === 0) return
    for (const reading of readings) {
      let event: LiveEvent | undefined
      for (const { filter, viewer } of this.#ofDevice.get(reading.device.id) ?? []) {
        if (!seesDevice(filter.scope, reading.device)) continue
        event ??= readingEvent(reading)
        viewer.push(event)
      }
    }
  }

  /** The newest state of a device after a commit, and where the device was before. */
  state(state: MapState, before: Place | null): void {
    if (this.#ofMap.size > 0) this.#map.add(state, before)
  }

  /** What happened to cases in a commit. */
  cases(cases: readonly CaseChange[]): void {
    if (this.#ofCases.size === 0) return
    for (const change of cases) {
      let event: LiveEvent | undefined
      for (const { filter, viewer } of this.#ofCases) {
        if (!wantsCase(filter, change)) continue
        event ??= caseEvent(change)
        viewer.push(event)
      }
    }
  }

  close(): void {
    clearInterval(this.#beat)
    this.#beat = undefined
    this.#rounds.stop()
    for (const watch of this.#watches) {
      this.#turn(watch)
      watch.viewer.end()
    }
  }

  #turn(watch: Watch): void {
    const { filter, viewer } = watch
    viewer.turn(filter.box === undefined ? null : (from) => this.#map.next(filter, from))
    if (watch.isBeatDue) viewer.heartbeat()
    watch.isBeatDue = false
  }

  async #look(watch: Watch): Promise<void> {
    const scope = await watch.lookAgain()
    if (scope === null) {
      watch.viewer.end()
      return
    }
    watch.filter = { ...watch.filter, scope }
    watch.isBeatDue = true
    this.#rounds.ask(watch)
  }

  #add(watch: Watch): void {
    const { devices, box, cases } = watch.filter
    this.#watches.add(watch)
    for (const id of devices ?? []) {
      const watches = this.#ofDevice.get(id)
      if (watches) watches.add(watch)
      else this.#ofDevice.set(id, new Set([watch]))
    }
    if (cases) this.#ofCases.add(watch)
    if (box !== undefined) this.#ofMap.add(watch)
    this.#metrics.liveViewers.set(this.#watches.size)
    this.#rounds.start()
  }

  #remove(watch: Watch): void {
    watch.viewer.end()
    this.#watches.delete(watch)
    this.#ofCases.delete(watch)
    this.#ofMap.delete(watch)
    for (const id of watch.filter.devices ?? []) {
      const watches = this.#ofDevice.get(id)
      watches?.delete(watch)
      if (watches?.size === 0) this.#ofDevice.delete(id)
    }
    this.#rounds.forget(watch)
    if (this.#watches.size === 0) this.#rounds.stop()
    if (this.#ofMap.size === 0) this.#map.clear()
    this.#metrics.liveViewers.set(this.#watches.size)
  }
}

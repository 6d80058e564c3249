import { type Box, isInBox } from '#api/box.ts'
import { showCase } from '#api/schemas/case-view.ts'
import { showReading } from '#api/schemas/reading-view.ts'
import type { CaseChange } from '#model/commit.ts'
import { Unavailable } from '#model/error.ts'
import { channelIndex } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import type { Place } from '#model/place.ts'
import type { Scope } from '#model/principal.ts'
import type { Reading } from '#model/reading.ts'
import { seesCase } from '#model/sees-case.ts'
import { seesDevice } from '#model/sees-device.ts'
import type { Metrics } from '#runtime/metrics.ts'
import { type LiveEvent, liveEvent } from './live-event.ts'
import { type LiveSink, LiveViewer } from './live-viewer.ts'

/** What a viewer wants to hear of. */
export interface LiveFilter {
  /** Readings of these devices. */
  readonly devices?: ReadonlySet<string> | undefined
  /** Readings, and where `cases` is set cases, of places in this box. */
  readonly box?: Box | undefined
  readonly cases: boolean
  /** What the viewer may see at all. */
  readonly scope: Scope
}

/** What a viewer may see now; null when it may watch no longer. It never fails. */
export type LookAgain = () => Promise<Scope | null>

const VIEWERS_MAX = 1_000
const HEARTBEAT_MS = 15_000

interface Watch {
  filter: LiveFilter
  readonly viewer: LiveViewer
  readonly lookAgain: LookAgain
}

/**
 * Hands committed readings and cases to whoever watches and may see them. With each heartbeat it looks
 * again who that is. Without viewers it costs nothing.
 */
export class LiveHub {
  readonly #watches = new Set<Watch>()
  readonly #metrics: Pick<Metrics, 'liveViewers' | 'liveSkipped'>
  #beat: NodeJS.Timeout | undefined

  constructor(metrics: Pick<Metrics, 'liveViewers' | 'liveSkipped'>, heartbeatMs = HEARTBEAT_MS) {
    this.#metrics = metrics
    this.#beat = setInterval(() => void this.heartbeat(), heartbeatMs).unref()
  }

  /** Looks again who watches, and lets each viewer know that the way to it is open. */
  async heartbeat(): Promise<void> {
    await Promise.all([...this.#watches].map((watch) => beat(watch)))
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
    const skip = (count: number): void => this.#metrics.liveSkipped.inc(count)
    const watch: Watch = { filter, viewer: new LiveViewer(sink, skip), lookAgain }
    this.#watches.add(watch)
    this.#metrics.liveViewers.set(this.#watches.size)
    return () => {
      watch.viewer.end()
      this.#watches.delete(watch)
      this.#metrics.liveViewers.set(this.#watches.size)
    }
  }

  /** Readings that were committed. */
  readings(readings: readonly Reading[]): void {
    if (this.#watches.size === 0) return
    const events = new Map<Reading, LiveEvent>()
    this.#tell(readings, wantsReading, (reading) => {
      const event = events.get(reading) ?? readingEvent(reading)
      events.set(reading, event)
      return event
    })
  }

  /** What happened to cases in a commit. */
  cases(cases: readonly CaseChange[]): void {
    if (this.#watches.size === 0) return
    this.#tell(cases, wantsCase, caseEvent)
  }

  close(): void {
    clearInterval(this.#beat)
    this.#beat = undefined
    for (const { viewer } of this.#watches) viewer.end()
  }

  #tell<Item>(
    items: readonly Item[],
    wants: (filter: LiveFilter, item: Item) => boolean,
    toEvent: (item: Item) => LiveEvent,
  ): void {
    for (const { filter, viewer } of this.#watches) {
      const events = items.filter((item) => wants(filter, item)).map(toEvent)
      if (events.length > 0) viewer.push(events)
    }
  }
}

async function beat(watch: Watch): Promise<void> {
  const scope = await watch.lookAgain()
  if (scope === null) {
    watch.viewer.end()
    return
  }
  watch.filter = { ...watch.filter, scope }
  watch.viewer.heartbeat()
}

function wantsReading({ devices, box, scope }: LiveFilter, reading: Reading): boolean {
  if (!seesDevice(scope, reading.device)) return false
  if (devices?.has(reading.device.id)) return true
  if (box === undefined) return false
  const place = placeOf(reading)
  return place !== null && isInBox(box, place)
}

const wantsCase = ({ cases, box, devices, scope }: LiveFilter, event: CaseChange): boolean => {
  if (!cases || !seesCase(scope, event.case)) return false
  if (devices) return event.case.deviceId !== null && devices.has(event.case.deviceId)
  return box === undefined || (event.case.place !== null && isInBox(box, event.case.place))
}

/** Of a mobile device where the reading was taken, otherwise where the device is. */
function placeOf({ device, values }: Reading): Place | null {
  const kind = findKind(device.kind)
  if (!kind?.mobile) return device.place
  const lon_deg = values[channelIndex(kind, 'lon_deg')]
  const lat_deg = values[channelIndex(kind, 'lat_deg')]
  return typeof lon_deg === 'number' && typeof lat_deg === 'number' ? { lon_deg, lat_deg } : null
}

const readingEvent = (reading: Reading): LiveEvent =>
  liveEvent('reading', reading.device.id, [reading.measuredAt, reading.seq], {
    deviceId: reading.device.id,
    kind: reading.device.kind,
    place: placeOf(reading),
    ...showReading(reading.device.kind, reading),
  })

const caseEvent = (event: CaseChange): LiveEvent =>
  liveEvent('case', event.case.id, [event.case.updatedAt, event.case.version], {
    type: event.type,
    case: showCase(event.case),
  })

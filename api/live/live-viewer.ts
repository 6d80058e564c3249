import { Buffer } from 'node:buffer'
import { frame, isNewer, type LiveEvent } from './live-event.ts'

/** Where a viewer's events go: false from `write` means that it has enough until `drain`. */
export interface LiveSink {
  write(bytes: Uint8Array | string): boolean
  onDrain(resume: () => void): void
  /** Ends after what was written; `now` does not wait for that. */
  end(now: boolean): void
}

/** What comes next of the states a viewer has not been told; null: it has been told all. */
export type NextStates = (from: number) => {
  /** Null: of what there is until then nothing is for this viewer. */
  readonly bytes: Uint8Array | null
  readonly until: number
} | null

interface ViewerOptions {
  /** Hears how many events a viewer did not get. */
  readonly onSkip: (count: number) => void
  /** It can take more again, and there is more. */
  readonly onReady: () => void
  /** Of states it is told what comes after this number; null: it is told of no states. */
  readonly from: number | null
}

/** Exact events held for a viewer that is a little behind. */
const QUEUE_EVENTS = 1_000
/** Newest events held for one that is far behind: of so many devices and cases. */
const NEWEST = 10_000
/** Written at a time, so that one write cannot fill the memory of the socket. */
export const WRITE_BYTES = 64 * 1_024
/** Heartbeats a viewer may let pass without taking anything. */
const PATIENCE = 4

/**
 * One viewer of the live feed. Of single devices and cases it gets every event as long as it keeps up;
 * when it falls behind by more than a thousand, what waits shrinks to the newest event of each, and it
 * is told how many it did not get. Of the map it gets the newest states: what waits of these is no
 * more than a number. So its memory is bounded however slow it is.
 */
export class LiveViewer {
  readonly #sink: LiveSink
  readonly #onSkip: (count: number) => void
  #told: number | null
  #queue: LiveEvent[] = []
  /** Null while the viewer keeps up. */
  #newest: Map<string, LiveEvent> | null = null
  #skipped = 0
  #blocked = false
  #beatsBlocked = 0
  #ended = false

  constructor(sink: LiveSink, { onSkip, onReady, from }: ViewerOptions) {
    this.#sink = sink
    this.#onSkip = onSkip
    this.#told = from
    sink.onDrain(() => {
      this.#blocked = false
      this.#beatsBlocked = 0
      if (!this.#ended) onReady()
    })
  }

  /** Events waiting for the viewer; never more than ten thousand. */
  get waiting(): number {
    return this.#queue.length + (this.#newest?.size ?? 0)
  }

  /** Until where it has been told of states; null: it is told of none. */
  get told(): number | null {
    return this.#ended ? null : this.#told
  }

  /** Notes an event that the viewer is to get in its turn. */
  push(event: LiveEvent): void {
    if (this.#ended) return
    if (this.#newest !== null) {
      this.#replace(this.#newest, event)
      return
    }
    this.#queue.push(event)
    // Also between two turns no more may wait.
    if (this.#queue.length > QUEUE_EVENTS) this.turn(null)
  }

  /** Writes what waits, as far as the viewer takes it. */
  turn(next: NextStates | null): void {
    while (!this.#blocked && !this.#ended) {
      if (this.waiting > 0) this.#writeWaiting()
      else if (!this.#writeStates(next)) break
    }
    if (this.#blocked && this.#newest === null && this.#queue.length > QUEUE_EVENTS) this.#shrink()
  }

  /** Shows the viewer that the way is open, and proxies too; ends a viewer that has taken nothing for some beats. */
  heartbeat(): void {
    if (!this.#blocked) this.#write('event: heartbeat\ndata: {}\n\n')
    else if (++this.#beatsBlocked >= PATIENCE) this.#finish(true)
  }

  end(): void {
    this.#finish(false)
  }

  #finish(now: boolean): void {
    if (this.#ended) return
    this.#ended = true
    this.#queue = []
    this.#newest = null
    this.#sink.end(now)
  }

  #shrink(): void {
    const newest = new Map<string, LiveEvent>()
    for (const event of this.#queue) this.#replace(newest, event)
    this.#queue = []
    this.#newest = newest
  }

  #replace(newest: Map<string, LiveEvent>, event: LiveEvent): void {
    const before = newest.get(event.key)
    if (before !== undefined) {
      this.#skip()
      if (!isNewer(event, before)) return
    } else if (newest.size >= NEWEST) {
      const [oldest] = newest.keys()
      newest.delete(oldest as string)
      this.#skip()
    }
    newest.set(event.key, event)
  }

  #skip(): void {
    this.#skipped += 1
    this.#onSkip(1)
  }

  #writeWaiting(): void {
    if (this.#newest !== null) {
      this.#queue = [...this.#newest.values()]
      this.#newest = null
      this.#write(frame('skipped', { events: this.#skipped }))
      this.#skipped = 0
      return
    }
    let [count, bytes] = [0, 0]
    while (count < this.#queue.length && bytes < WRITE_BYTES) {
      bytes += (this.#queue[count] as LiveEvent).bytes.length
      count += 1
    }
    const some = this.#queue.splice(0, count)
    this.#write(Buffer.concat(some.map((event) => event.bytes)))
  }

  /** False: it has been told all there is. */
  #writeStates(next: NextStates | null): boolean {
    if (next === null || this.#told === null) return false
    const states = next(this.#told)
    if (states === null) return false
    this.#told = states.until
    if (states.bytes !== null) this.#write(states.bytes)
    return true
  }

  #write(bytes: Uint8Array | string): void {
    if (!this.#ended && !this.#sink.write(bytes)) this.#blocked = true
  }
}

import { isNewer, type LiveEvent } from './live-event.ts'

/** Where a viewer's events go: false from `write` means that it has enough until `drain`. */
export interface LiveSink {
  write(text: string): boolean
  onDrain(resume: () => void): void
  /** Ends after what was written; `now` does not wait for that. */
  end(now: boolean): void
}

/** Exact events held for a viewer that is a little behind. */
const QUEUE_EVENTS = 1_000
/** States held for one that is far behind: of so many devices and cases the newest. */
const STATES = 10_000
/** Written at a time, so that one write cannot fill the memory of the socket. */
const WRITE_CHARS = 64 * 1_024
/** Heartbeats a viewer may let pass without taking anything. */
const PATIENCE = 4

/**
 * One viewer of the live feed. As long as it keeps up it gets every event. When it falls behind by
 * more than a thousand, what waits shrinks to the newest event of each device and case, and it is
 * told how many it did not get; so its memory is bounded however slow it is.
 */
export class LiveViewer {
  readonly #sink: LiveSink
  readonly #onSkip: (count: number) => void
  #queue: LiveEvent[] = []
  /** Null while the viewer keeps up. */
  #states: Map<string, LiveEvent> | null = null
  #skipped = 0
  #blocked = false
  #beatsBlocked = 0
  #ended = false

  constructor(sink: LiveSink, onSkip: (count: number) => void) {
    this.#sink = sink
    this.#onSkip = onSkip
    sink.onDrain(() => {
      this.#blocked = false
      this.#beatsBlocked = 0
      this.#flush()
    })
  }

  /** Events waiting for the viewer; never more than ten thousand. */
  get waiting(): number {
    return this.#queue.length + (this.#states?.size ?? 0)
  }

  push(events: readonly LiveEvent[]): void {
    if (this.#ended) return
    for (const event of events) this.#add(event)
    this.#flush()
  }

  /** Keeps the way through proxies open; ends a viewer that has taken nothing for some beats. */
  heartbeat(): void {
    if (!this.#blocked) this.#write(': heartbeat\n\n')
    else if (++this.#beatsBlocked >= PATIENCE) this.#finish(true)
  }

  end(): void {
    this.#finish(false)
  }

  #finish(now: boolean): void {
    if (this.#ended) return
    this.#ended = true
    this.#queue = []
    this.#states = null
    this.#sink.end(now)
  }

  #add(event: LiveEvent): void {
    if (this.#states === null) {
      this.#queue.push(event)
      if (this.#blocked && this.#queue.length > QUEUE_EVENTS) this.#coalesce()
      return
    }
    this.#replace(this.#states, event)
  }

  #coalesce(): void {
    const states = new Map<string, LiveEvent>()
    for (const event of this.#queue) this.#replace(states, event)
    this.#queue = []
    this.#states = states
  }

  #replace(states: Map<string, LiveEvent>, event: LiveEvent): void {
    const before = states.get(event.key)
    if (before !== undefined) {
      this.#skip()
      if (!isNewer(event, before)) return
    } else if (states.size >= STATES) {
      const [oldest] = states.keys()
      states.delete(oldest as string)
      this.#skip()
    }
    states.set(event.key, event)
  }

  #skip(): void {
    this.#skipped += 1
    this.#onSkip(1)
  }

  #flush(): void {
    while (!this.#blocked && !this.#ended && this.waiting > 0) {
      if (this.#states !== null) {
        this.#queue = [...this.#states.values()]
        this.#states = null
        this.#write(`event: skipped\ndata: ${JSON.stringify({ events: this.#skipped })}\n\n`)
        this.#skipped = 0
        if (this.#blocked) break
      }
      this.#writeSome()
    }
    if (this.#blocked && this.#queue.length > QUEUE_EVENTS) this.#coalesce()
  }

  #writeSome(): void {
    let [count, chars] = [0, 0]
    while (count < this.#queue.length && chars < WRITE_CHARS) {
      chars += (this.#queue[count] as LiveEvent).text.length
      count += 1
    }
    const some = this.#queue.slice(0, count)
    this.#queue = this.#queue.slice(count)
    this.#write(some.map(({ text }) => text).join(''))
  }

  #write(text: string): void {
    if (!this.#ended && !this.#sink.write(text)) this.#blocked = true
  }
}

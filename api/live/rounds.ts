import { Busyness } from './busyness.ts'

/** Whoever waits for a turn is asked so often at least. */
const ROUND_MS = 250
/** Longest that turns may keep everything else from running. */
const SLICE_MS = 5
/** After a slice the feed rests as long as it took, and so many times as long where all are busy. */
const REST_BUSY = 29

/**
 * Gives turns, one after the other, in slices of a few milliseconds: half of the time where nothing
 * else is to do, and a thirtieth of it where messages keep the process or the machine busy. When there is
 * more to tell than that allows, everybody is told less often.
 */
export class Rounds<One> {
  readonly #turn: (one: One) => void
  readonly #all: () => Iterable<One>
  readonly #after: () => void
  readonly #busyness: Pick<Busyness, 'since'>
  #waiting = new Set<One>()
  #roundAt = 0
  /** When the next slice may be. */
  #restedAt = 0
  #nextAt = 0
  #timer: NodeJS.Timeout | undefined

  /** `after` is called at the end of each slice. */
  constructor(
    all: () => Iterable<One>,
    turn: (one: One) => void,
    after: () => void,
    busyness: Pick<Busyness, 'since'> = new Busyness(),
  ) {
    this.#all = all
    this.#turn = turn
    this.#after = after
    this.#busyness = busyness
  }

  /** One more turn as soon as may be, without waiting for the next round. */
  ask(one: One): void {
    this.#waiting.add(one)
    if (this.#timer !== undefined && this.#nextAt > this.#restedAt) this.#wake(this.#restedAt)
  }

  forget(one: One): void {
    this.#waiting.delete(one)
  }

  start(): void {
    if (this.#timer === undefined) this.#wake(performance.now() + ROUND_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#waiting.clear()
  }

  #slice(): void {
    const begun = performance.now()
    const before = workOf_ms()
    if (begun - this.#roundAt >= ROUND_MS) {
      this.#roundAt = begun
      for (const one of this.#all()) this.#waiting.add(one)
    }
    for (const one of this.#waiting) {
      this.#waiting.delete(one)
      this.#turn(one)
      if (performance.now() - begun > SLICE_MS) break
    }
    this.#after()
    // Whoever the system lets run in between is not what the slice took.
    this.#restedAt = performance.now() + this.#rest(workOf_ms() - before)
    const roundAt = Math.max(this.#restedAt, this.#roundAt + ROUND_MS)
    this.#wake(this.#waiting.size > 0 ? this.#restedAt : roundAt)
  }

  #wake(at: number): void {
    clearTimeout(this.#timer)
    this.#nextAt = at
    this.#timer = setTimeout(() => this.#slice(), Math.max(1, at - performance.now())).unref()
  }

  /** How long after a slice of so much work. */
  #rest(took: number): number {
    return took * (1 + (REST_BUSY - 1) * this.#busyness.since(took))
  }
}

function workOf_ms(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

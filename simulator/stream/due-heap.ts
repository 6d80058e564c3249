import { Broken } from '#model/error.ts'
import { type EpochMs, epochMs } from '#model/time.ts'

// Time and number make one double, so that one comparison orders by both: 2^33 ms are 99 days.
const NUMBERS = 2 ** 20
const SPAN_MAX_MS = 2 ** 33
const BRANCHES = 4

const numberOf = (key: number): number => key - Math.floor(key / NUMBERS) * NUMBERS

/** Which of many is due next: a heap over numbered things, ties by the smaller number. */
export class DueHeap {
  readonly #keys: Float64Array
  readonly #from: EpochMs
  #size = 0

  /**
   * @param capacity how many things at most, numbered from 0 to below a million
   * @param from nothing is due before it, nor later than 99 days after it
   */
  constructor(capacity: number, from: EpochMs) {
    this.#keys = new Float64Array(capacity)
    this.#from = from
  }

  get size(): number {
    return this.#size
  }

  /** The number of the one that is due next. Only when there is one. */
  get first(): number {
    return numberOf(this.#keys[0] as number)
  }

  /** How many stand right behind it. The one that is due after it is among them. */
  get followers(): number {
    return Math.min(BRANCHES, this.#size - 1)
  }

  /** The number of one of them, from 0. */
  follower(nth: number): number {
    return numberOf(this.#keys[nth + 1] as number)
  }

  /** When it is due. */
  get firstDue(): EpochMs {
    return epochMs(this.#from + Math.floor((this.#keys[0] as number) / NUMBERS))
  }

  push(number: number, due: EpochMs): void {
    const keys = this.#keys
    const key = this.#keyOf(number, due)
    let at = this.#size
    this.#size += 1
    while (at > 0) {
      const above = (at - 1) >> 2
      if ((keys[above] as number) <= key) break
      keys[at] = keys[above] as number
      at = above
    }
    keys[at] = key
  }

  /** Sets when the first one is due again: cheaper than taking it out and putting it back. */
  reschedule(due: EpochMs): void {
    this.#sink(this.#keyOf(this.first, due))
  }

  /** Takes the first one out. */
  pop(): void {
    this.#size -= 1
    if (this.#size > 0) this.#sink(this.#keys[this.#size] as number)
  }

  /** Puts a key in the place of the first and lets it sink to where it belongs. */
  #sink(key: number): void {
    const keys = this.#keys
    const size = this.#size
    let at = 0
    for (;;) {
      let least = BRANCHES * at + 1
      if (least >= size) break
      const end = Math.min(least + BRANCHES, size)
      let leastKey = keys[least] as number
      for (let child = least + 1; child < end; child += 1) {
        const childKey = keys[child] as number
        if (childKey < leastKey) {
          leastKey = childKey
          least = child
        }
      }
      if (key <= leastKey) break
      keys[at] = leastKey
      at = least
    }
    keys[at] = key
  }

  #keyOf(number: number, due: EpochMs): number {
    const after = due - this.#from
    if (!(after >= 0 && after < SPAN_MAX_MS && Number.isInteger(after))) {
      throw new Broken('internal', `number ${number} cannot be due at ${due}`)
    }
    return after * NUMBERS + number
  }
}

import { compareReadings } from '#model/reading.ts'
import type { Sample } from './fold.ts'

/** So many readings, and such a share of those that count, may be kept beyond them. */
const SLACK_MIN = 4
const SLACK_SHARE = 4

/**
 * Readings in a row, ascending, that grow at one end and are dropped at the other. A branch shares
 * what is there: only one of those that share may go on growing, and the others stay as they are.
 */
export class RecentReadings {
  #items: Sample[]
  #from: number
  #to: number

  /** `samples` ascend. */
  constructor(samples: readonly Sample[] = []) {
    this.#items = samples.slice()
    this.#from = 0
    this.#to = samples.length
  }

  get length(): number {
    return this.#to - this.#from
  }

  /** `index` from 0, below the length. */
  at(index: number): Sample {
    return this.#items[this.#from + index] as Sample
  }

  /** The same readings, sharing them with this. */
  branch(): RecentReadings {
    const branch = new RecentReadings()
    branch.#items = this.#items
    branch.#from = this.#from
    branch.#to = this.#to
    return branch
  }

  /** The same readings, sharing nothing. */
  copy(): RecentReadings {
    return new RecentReadings(this.#items.slice(this.#from, this.#to))
  }

  /** A reading after all that are here. */
  push(sample: Sample): void {
    this.#items[this.#to] = sample
    this.#to += 1
  }

  dropFirst(count: number): void {
    this.#from += count
    if (this.#from <= SLACK_MIN + this.length / SLACK_SHARE) return
    this.#items = this.#items.slice(this.#from, this.#to)
    this.#to -= this.#from
    this.#from = 0
  }

  /** Puts those of some readings that are not here into their places. */
  insert(samples: readonly Sample[]): void {
    const own = this.#items.slice(this.#from, this.#to)
    const known = new Set(own.map(identity))
    const missing = samples.filter((sample) => !known.has(identity(sample)))
    if (missing.length === 0) return
    this.#items = [...own, ...missing].sort(compareReadings)
    this.#from = 0
    this.#to = this.#items.length
  }
}

const identity = ({ measuredAt, seq }: Sample): string => `${measuredAt} ${seq}`

import { type EpochMs, epochMs } from '#model/time.ts'
import type { Sample } from './fold.ts'
import { AT, SEQ, type WindowColumns } from './window-columns.ts'

/** So many readings, and such a share of those that count, may be kept beyond them. */
const SLACK_MIN = 4
const SLACK_SHARE = 4
const BYTES_OF_NUMBER = 8

/**
 * Readings in a row, ascending, that grow at one end and are dropped at the other, as far as windows
 * look at them. A branch shares what is there: only one of those that share may go on growing, and
 * the others stay as they are.
 */
export class RecentReadings {
  readonly columns: WindowColumns
  #rows: number[] = []
  /** Of readings, not of numbers. */
  #from = 0
  #to = 0

  constructor(columns: WindowColumns) {
    this.columns = columns
  }

  get length(): number {
    return this.#to - this.#from
  }

  /** What it takes in memory, without what a branch added beyond it. */
  get bytes(): number {
    return this.#to * this.columns.width * BYTES_OF_NUMBER
  }

  /** When a reading was measured; `index` from 0, below the length. */
  at(index: number): EpochMs {
    return epochMs(this.#rows[this.#baseOf(index) + AT] as number)
  }

  /** The value at {@link WindowColumns.offsetOf} of a channel of numbers; NaN where there is none. */
  numberAt(index: number, offset: number): number {
    return this.#rows[this.#baseOf(index) + offset] as number
  }

  /** A reading, until the next one is asked for. */
  show(index: number): Sample {
    return this.columns.show(this.#rows, this.#baseOf(index))
  }

  /** The same readings, sharing them with this. */
  branch(): RecentReadings {
    const branch = new RecentReadings(this.columns)
    branch.#rows = this.#rows
    branch.#from = this.#from
    branch.#to = this.#to
    return branch
  }

  /** The same readings, sharing nothing. */
  copy(): RecentReadings {
    const copy = this.branch()
    copy.#compact()
    return copy
  }

  /** A reading after all that are here. */
  push(sample: Sample): void {
    this.columns.write(this.#rows, this.#to * this.columns.width, sample)
    this.#to += 1
  }

  dropFirst(count: number): void {
    this.#from += count
    if (this.#from > SLACK_MIN + this.length / SLACK_SHARE) this.#compact()
  }

  /** Puts those of some readings, ascending, that are not here into their places. */
  insert(samples: readonly Sample[]): void {
    const own = this.branch()
    this.#rows = []
    this.#from = 0
    this.#to = 0
    let next = 0
    for (let index = 0; index < own.length; index++) {
      for (; next < samples.length; next++) {
        const order = own.#compare(index, samples[next] as Sample)
        if (order < 0) break
        if (order > 0) this.push(samples[next] as Sample)
      }
      this.#take(own, index)
    }
    for (; next < samples.length; next++) this.push(samples[next] as Sample)
  }

  /** As `compareReadings` has it. */
  #compare(index: number, { measuredAt, seq }: Sample): number {
    const base = this.#baseOf(index)
    return (
      (this.#rows[base + AT] as number) - measuredAt || (this.#rows[base + SEQ] as number) - seq
    )
  }

  #take(from: RecentReadings, index: number): void {
    const base = from.#baseOf(index)
    for (let at = 0; at < this.columns.width; at++) {
      this.#rows.push(from.#rows[base + at] as number)
    }
    this.#to += 1
  }

  #baseOf(index: number): number {
    return (this.#from + index) * this.columns.width
  }

  #compact(): void {
    const { width } = this.columns
    this.#rows = this.#rows.slice(this.#from * width, this.#to * width)
    this.#to -= this.#from
    this.#from = 0
  }
}

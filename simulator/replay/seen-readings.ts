import type { EpochMs } from '#model/time.ts'

/**
 * Tells rows of the same time apart. A row like an earlier one is the same reading and gets its
 * number; one of the same time with other values gets the next, or it would pass for a duplicate.
 * Remembers the values of every row, about 100 bytes each: recordings are not sorted.
 */
export class SeenReadings {
  readonly #byTime = new Map<EpochMs, string | string[]>()

  note(at: EpochMs, values: string): { readonly seq: number; readonly repeated: boolean } {
    const known = this.#byTime.get(at)
    if (known === undefined) {
      this.#byTime.set(at, values)
      return { seq: 0, repeated: false }
    }
    const all = typeof known === 'string' ? [known] : known
    const seq = all.indexOf(values)
    if (seq !== -1) return { seq, repeated: true }
    this.#byTime.set(at, [...all, values])
    return { seq: all.length, repeated: false }
  }
}

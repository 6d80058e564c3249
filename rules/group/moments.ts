import type { EpochMs } from '#model/time.ts'

/** What begins, clears and ends at one instant. */
export interface Moment<Item> {
  readonly at: EpochMs
  readonly arriving: Item[]
  readonly clearing: Item[]
  readonly leaving: Item[]
}

type Change = 'arriving' | 'clearing' | 'leaving'

/** Gathers changes by their instants, to be gone through in the order of time. */
export class Moments<Item> {
  readonly #moments = new Map<EpochMs, Moment<Item>>()

  add(change: Change, item: Item, at: EpochMs): void {
    let moment = this.#moments.get(at)
    if (!moment) {
      moment = { at, arriving: [], clearing: [], leaving: [] }
      this.#moments.set(at, moment)
    }
    moment[change].push(item)
  }

  ascending(): readonly Moment<Item>[] {
    return [...this.#moments.values()].sort((a, b) => a.at - b.at)
  }
}

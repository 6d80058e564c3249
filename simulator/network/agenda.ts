interface Entry<Item> {
  readonly at: number
  readonly index: number
  readonly rank: number
  readonly order: number
  readonly item: Item
}

/**
 * What is to come: by time, then by the number of the device, then by rank, then in the order in
 * which it was put in. A binary heap.
 */
export class Agenda<Item> {
  readonly #heap: Entry<Item>[] = []
  #order = 0

  /** Infinity when there is nothing. */
  get nextAt(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY
  }

  push(at: number, index: number, rank: number, item: Item): void {
    const heap = this.#heap
    const entry = { at, index, rank, order: this.#order++, item }
    let here = heap.length
    heap.push(entry)
    while (here > 0) {
      const above = (here - 1) >> 1
      const parent = heap[above] as Entry<Item>
      if (!isBefore(entry, parent)) break
      heap[here] = parent
      here = above
    }
    heap[here] = entry
  }

  pop(): Item | undefined {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (last && last !== first) this.#sink(last)
    return first?.item
  }

  /** In no order. */
  *items(): Generator<Item, void, undefined> {
    for (const { item } of this.#heap) yield item
  }

  #sink(entry: Entry<Item>): void {
    const heap = this.#heap
    let here = 0
    for (;;) {
      const left = 2 * here + 1
      const right = left + 1
      let below = left
      let child = heap[left]
      const other = heap[right]
      if (child && other && isBefore(other, child)) {
        below = right
        child = other
      }
      if (!child || !isBefore(child, entry)) break
      heap[here] = child
      here = below
    }
    heap[here] = entry
  }
}

const isBefore = <Item>(a: Entry<Item>, b: Entry<Item>): boolean =>
  a.at !== b.at
    ? a.at < b.at
    : a.index !== b.index
      ? a.index < b.index
      : a.rank !== b.rank
        ? a.rank < b.rank
        : a.order < b.order

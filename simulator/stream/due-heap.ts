/** Which of many is due next: a binary heap over numbered things, ties by the smaller number. */
export class DueHeap {
  readonly #due: number[] = []
  readonly #ids: number[] = []

  get size(): number {
    return this.#ids.length
  }

  push(id: number, due: number): void {
    let at = this.#ids.length
    this.#ids.push(id)
    this.#due.push(due)
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!this.#before(at, above)) break
      this.#swap(at, above)
      at = above
    }
  }

  /** The one that is due next, without taking it out. */
  peek(): { readonly id: number; readonly due: number } | undefined {
    const id = this.#ids[0]
    return id === undefined ? undefined : { id, due: this.#due[0] as number }
  }

  /** Sets when the one on top is due again: cheaper than taking it out and putting it back. */
  reschedule(due: number): void {
    this.#due[0] = due
    this.#sink()
  }

  pop(): void {
    const last = this.#ids.length - 1
    this.#swap(0, last)
    this.#ids.pop()
    this.#due.pop()
    this.#sink()
  }

  #sink(): void {
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      let first = at
      if (left < this.#ids.length && this.#before(left, first)) first = left
      if (right < this.#ids.length && this.#before(right, first)) first = right
      if (first === at) return
      this.#swap(at, first)
      at = first
    }
  }

  #before(a: number, b: number): boolean {
    const difference = (this.#due[a] as number) - (this.#due[b] as number)
    return (
      difference < 0 || (difference === 0 && (this.#ids[a] as number) < (this.#ids[b] as number))
    )
  }

  #swap(a: number, b: number): void {
    const [id, due] = [this.#ids[a] as number, this.#due[a] as number]
    this.#ids[a] = this.#ids[b] as number
    this.#due[a] = this.#due[b] as number
    this.#ids[b] = id
    this.#due[b] = due
  }
}

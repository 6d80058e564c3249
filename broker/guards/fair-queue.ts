interface Waiting {
  readonly go: () => void
  readonly drop: () => void
}

// One in so many turns goes to those who are suspected, so that nobody waits for ever.
const TURN_OF_SUSPECTS = 8

/**
 * Who waits, by address: addresses take turns, so that one with thousands that wait delays the next
 * by one turn. Those of suspects come when nobody else waits, and now and then before.
 */
export class FairQueue {
  readonly #max: number
  readonly #trusted = new Map<string, Waiting[]>()
  readonly #suspected = new Map<string, Waiting[]>()
  #size = 0
  #turn = 0

  constructor(max: number) {
    this.#max = max
  }

  get size(): number {
    return this.#size
  }

  /** Resolves with true when it is its turn, with false when there is no room for it. */
  wait(address: string, isSuspect: boolean): Promise<boolean> {
    const lane = isSuspect ? this.#suspected : this.#trusted
    if (this.#size >= this.#max && !this.#makeRoom(lane.get(address)?.length ?? 0)) {
      return Promise.resolve(false)
    }
    return new Promise((resolve) => {
      const waiting = { go: () => resolve(true), drop: () => resolve(false) }
      const others = lane.get(address)
      if (others) others.push(waiting)
      else lane.set(address, [waiting])
      this.#size++
    })
  }

  /** Lets the next one go; false when nobody waits. */
  next(): boolean {
    if (this.#size === 0) return false
    this.#turn = (this.#turn + 1) % TURN_OF_SUSPECTS
    const first = this.#turn === 0 ? this.#suspected : this.#trusted
    const second = this.#turn === 0 ? this.#trusted : this.#suspected
    const waiting = take(first) ?? take(second)
    this.#size--
    waiting?.go()
    return true
  }

  /** The address with most in line gives up its last, if that is more than the newcomer has. */
  #makeRoom(own: number): boolean {
    let longest: [Map<string, Waiting[]>, string, Waiting[]] | undefined
    for (const lane of [this.#suspected, this.#trusted]) {
      for (const [address, waiting] of lane) {
        if (waiting.length > (longest?.[2].length ?? own + 1)) longest = [lane, address, waiting]
      }
    }
    longest?.[2].pop()?.drop()
    if (longest) this.#size--
    return longest !== undefined
  }
}

/** The first of the address whose turn it is, which then goes to the end. */
function take(lane: Map<string, Waiting[]>): Waiting | undefined {
  for (const [address, waiting] of lane) {
    lane.delete(address)
    const first = waiting.shift()
    if (waiting.length > 0) lane.set(address, waiting)
    return first
  }
  return undefined
}

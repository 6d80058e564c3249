import type { Door } from './door.ts'
import type { Incoming } from './incoming.ts'
import type { Taker } from './taker.ts'

/** A reply or a report of a client: it waits for the messages before it, and those after it wait. */
export class LoneMessage {
  #waiting: { readonly message: Incoming; readonly taker: Taker } | undefined
  #isTaken = false

  get isThere(): boolean {
    return this.#waiting !== undefined
  }

  put(message: Incoming, taker: Taker): void {
    this.#waiting = { message, taker }
  }

  /** Hands it to who takes it, once; `settle` when what it says is stored. */
  hand(door: Pick<Door, 'hand'>, settle: (message: Incoming) => void): void {
    if (!this.#waiting || this.#isTaken) return
    const { message, taker } = this.#waiting
    this.#isTaken = true
    door.hand(message, taker, () => {
      this.#waiting = undefined
      this.#isTaken = false
      settle(message)
    })
  }
}

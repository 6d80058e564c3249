/** Whether a younger process has asked this one to hand over, and whether it does. */
export class Handover {
  readonly #asked = Promise.withResolvers<void>()
  #isUnderWay = false

  /** Resolves when a younger process is there. */
  get asked(): Promise<void> {
    return this.#asked.promise
  }

  /** What the younger goes on with is left to it. */
  get isUnderWay(): boolean {
    return this.#isUnderWay
  }

  ask(): void {
    this.#asked.resolve()
  }

  begin(): void {
    this.#isUnderWay = true
  }
}

/** What was read before the handover does not hold any more: it is to be read again. */
export class Overtaken extends Error {
  constructor() {
    super('the process before this one changed what was read')
  }
}

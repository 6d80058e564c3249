/** Does one piece of work at a time, in the order in which it was given. */
export class Turn {
  #last: Promise<unknown> = Promise.resolve()

  /** Resolves or rejects as the work does; what fails keeps nothing after it from being done. */
  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work)
    this.#last = result.catch(() => undefined)
    return result
  }
}

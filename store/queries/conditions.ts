/** The conditions of a statement with their values, so that a filter nobody gave costs nothing. */
export class Conditions {
  readonly values: unknown[] = []
  readonly #parts: string[] = []
  readonly #before: number

  /** @param before how many values of the statement come before these */
  constructor(before = 0) {
    this.#before = before
  }

  /** Adds a condition in which each `?` stands for the next of the values. */
  add(text: string, ...values: readonly unknown[]): this {
    let next = this.#before + this.values.length
    this.values.push(...values)
    this.#parts.push(
      text.replaceAll('?', () => {
        next += 1
        return `$${next}`
      }),
    )
    return this
  }

  /** The same, when there is a value. */
  addGiven(text: string, value: unknown): this {
    return value === undefined ? this : this.add(text, value)
  }

  /** `where …`, or nothing. */
  clause(): string {
    return this.#parts.length === 0 ? '' : `where ${this.#parts.join(' and ')}`
  }
}

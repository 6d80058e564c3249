import { randomUUID } from 'node:crypto'

/**
 * Which streets and pipes there are: another text after each change of this process, which alone writes
 * them, and after each start.
 */
export class LineRevision {
  readonly #since = randomUUID()
  #changes = 0

  get text(): string {
    return `${this.#since} ${this.#changes}`
  }

  rise(): void {
    this.#changes += 1
  }
}

import { clearLine, cursorTo } from 'node:readline'

const TERMINAL_MS = 500
const PLAIN_MS = 10_000

/** One line at the bottom that is written over; where there is no terminal, a line now and then. */
export class ProgressLine {
  readonly #out: NodeJS.WriteStream
  #shown = ''

  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.#out = out
  }

  /** How often `show` is worth calling. */
  get everyMs(): number {
    return this.#out.isTTY ? TERMINAL_MS : PLAIN_MS
  }

  /** A line that stays, above the one at the bottom. */
  print(text: string): void {
    this.#clear()
    this.#out.write(`${text}\n`)
    if (this.#shown) this.show(this.#shown)
  }

  /** Takes the line at the bottom away. */
  end(): void {
    this.#clear()
    this.#shown = ''
  }

  show(text: string): void {
    if (!this.#out.isTTY) {
      this.#out.write(`${text}\n`)
      return
    }
    this.#clear()
    this.#shown = text
    this.#out.write(text.slice(0, Math.max(20, this.#out.columns - 1)))
  }

  #clear(): void {
    if (!this.#out.isTTY || !this.#shown) return
    clearLine(this.#out, 0)
    cursorTo(this.#out, 0)
  }
}

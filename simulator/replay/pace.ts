import { type EpochMs, epochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'

/** Times a recording by the clock: what comes first is due when it is first asked about. */
export class Pace {
  readonly #speed: number
  readonly #clock: Clock
  #begun: { readonly at: EpochMs; readonly first: EpochMs } | undefined

  /** @param speed how many times as fast as it was recorded */
  constructor(speed: number, clock: Clock) {
    this.#speed = speed
    this.#clock = clock
  }

  /** When, by the clock, something of that instant is due. */
  dueAt(instant: EpochMs): EpochMs {
    this.#begun ??= { at: this.#clock.now(), first: instant }
    const { at, first } = this.#begun
    return epochMs(Math.round(at + (instant - first) / this.#speed))
  }

  /** Holds each thing back until it is due, or the signal says stop. */
  async *hold<Timed extends { readonly at: EpochMs }>(
    stream: AsyncIterable<Timed>,
    signal: AbortSignal,
  ): AsyncGenerator<Timed> {
    for await (const timed of stream) {
      const dueIn = this.dueAt(timed.at) - this.#clock.now()
      if (dueIn > 0) await pauseUnless(signal, dueIn)
      if (signal.aborted) return
      yield timed
    }
  }
}

// A timer takes at most 2^31 - 1 ms; a recording may rest for longer.
const LONGEST_PAUSE_MS = 86_400_000

async function pauseUnless(signal: AbortSignal, span_ms: number): Promise<void> {
  for (let left = span_ms; left > 0 && !signal.aborted; left -= LONGEST_PAUSE_MS) {
    await new Promise<void>((resolve) => {
      const over = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', over)
        resolve()
      }
      const timer = setTimeout(over, Math.min(left, LONGEST_PAUSE_MS))
      signal.addEventListener('abort', over)
    })
  }
}

import type { EpochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'

/** Holds each thing back until its time has come; the first comes at once. */
export async function* inTime<Timed extends { readonly at: EpochMs }>(
  stream: AsyncIterable<Timed>,
  speed: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Timed> {
  const begunAt = clock.now()
  let first: EpochMs | undefined
  for await (const timed of stream) {
    first ??= timed.at
    const dueIn = (timed.at - first) / speed - (clock.now() - begunAt)
    if (dueIn > 0) await pauseUnless(signal, dueIn)
    if (signal.aborted) return
    yield timed
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

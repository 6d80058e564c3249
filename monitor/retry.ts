import { setTimeout } from 'node:timers/promises'
import { Unavailable } from '#model/error.ts'
import { milliseconds, seconds } from '#model/time.ts'
import { backoff } from '#runtime/backoff.ts'

// Quick after a hiccup, gentle to a database that is starting.
const PAUSES = { first: milliseconds(50), longest: seconds(2) } as const

/** Waits so many milliseconds; rejects with the signal's reason when that ends the waiting. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>

export const sleep: Wait = (ms, signal) =>
  setTimeout(ms, undefined, { signal }).catch(() => signal.throwIfAborted())

/**
 * Does the work again while it fails with `Unavailable`.
 *
 * @throws whatever else the work throws, and the abort reason when `signal` ends the waiting
 */
export async function untilAvailable<Result>(
  work: () => Promise<Result>,
  signal: AbortSignal,
  wait: Wait,
  onFailure: (error: Unavailable) => void,
): Promise<Result> {
  for (const ms of backoff(PAUSES)) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      onFailure(error)
    }
    signal.throwIfAborted()
    await wait(ms, signal)
  }
  throw new Error('unreachable')
}

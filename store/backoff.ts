import type { DurationMs } from '#model/time.ts'

/**
 * Waits between attempts, doubling from `first` to `longest`, without end. Each is shortened by up
 * to a quarter, as `random` (0 to 1) says, so that several waiters do not come at one moment.
 */
export function* backoff(
  first: DurationMs,
  longest: DurationMs,
  random: () => number = Math.random,
): Generator<number, never> {
  for (let wait: number = first; ; wait = Math.min(wait * 2, longest)) {
    yield wait * (1 - random() / 4)
  }
}

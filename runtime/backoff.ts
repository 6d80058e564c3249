import { type DurationMs, milliseconds } from '#model/time.ts'

export interface BackoffOptions {
  readonly first: DurationMs
  readonly longest: DurationMs
  /** From 0 to below 1: keeps those that lost the same thing together from coming back together. */
  readonly random?: () => number
}

/** Ever longer pauses between attempts, doubling; each is drawn from its upper half. */
export function* backoff({
  first,
  longest,
  random = Math.random,
}: BackoffOptions): Generator<DurationMs, never> {
  for (let most: number = first; ; most = Math.min(longest, most * 2)) {
    yield milliseconds(Math.round(most * (0.5 + random() / 2)))
  }
}

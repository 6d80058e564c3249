import { type DurationMs, milliseconds } from '#model/time.ts'

export interface BackoffOptions {
  readonly first: DurationMs
  readonly longest: DurationMs
  /** From 0 to below 1: spreads clients that lost their connections together. */
  readonly random: () => number
}

/** Ever longer pauses between attempts, doubling; each is drawn from its upper half. */
export function* backoff({ first, longest, random }: BackoffOptions): Generator<DurationMs, never> {
  for (let most: number = first; ; most = Math.min(longest, most * 2)) {
    yield milliseconds(Math.round(most * (0.5 + random() / 2)))
  }
}

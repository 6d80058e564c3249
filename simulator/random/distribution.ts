import { type DurationMs, milliseconds } from '#model/time.ts'
import { between, fraction, gaussian, type Random } from './random.ts'

/** How long something takes, or how long until the next, drawn anew each time. */
export type Distribution =
  | { readonly constant: DurationMs }
  | { readonly uniform: readonly [DurationMs, DurationMs] }
  /** By its mean: what comes without memory. */
  | { readonly exponential: DurationMs }
  /** By its median, and the factor within which two thirds of all draws lie. */
  | { readonly lognormal: { readonly median: DurationMs; readonly spread: number } }

/** One span, a whole number of milliseconds, never negative. */
export function drawSpan(random: Random, distribution: Distribution): DurationMs {
  return milliseconds(Math.max(0, Math.round(rawSpan(random, distribution))))
}

function rawSpan(random: Random, distribution: Distribution): number {
  if ('constant' in distribution) return distribution.constant
  if ('uniform' in distribution) return between(random, ...distribution.uniform)
  if ('exponential' in distribution) {
    return -Math.log(1 - fraction(random)) * distribution.exponential
  }
  const { median, spread } = distribution.lognormal
  return median * spread ** gaussian(random)
}

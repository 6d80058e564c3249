import { seconds } from '#model/time.ts'
import { between, type Random } from '#simulator/random/random.ts'
import { excursion, type Span } from '#simulator/signals/excursion.ts'
import { draining, type Signal } from '#simulator/signals/signal.ts'

const WORN_OUT = {
  short: 11,
  beyond: 8.4,
  peak: [7, 2],
  lead: seconds(45),
  tail: seconds(0),
} as const

/** A cell made to last three years; worn out in the spans given, and replaced at their end. */
export const cell = (random: Random, wornOut: readonly Span[] = []): Signal =>
  excursion(draining(between(random, 40, 100), 0.09, 15), wornOut, WORN_OUT)

/** A pack that is charged every night and lasts a shift. */
export const pack = (random: Random): Signal => draining(between(random, 70, 100), 150, 15)

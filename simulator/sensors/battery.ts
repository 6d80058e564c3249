import { findKind } from '#model/kinds.ts'
import { days, type EpochMs, hours, seconds } from '#model/time.ts'
import { between, type Random } from '#simulator/random/random.ts'
import { excursion, type Span } from '#simulator/signals/excursion.ts'
import type { Signal } from '#simulator/signals/signal.ts'

const WORN_OUT = {
  short: 11,
  beyond: 8.4,
  peak: [7, 2],
  lead: seconds(45),
  tail: seconds(0),
} as const

const FULL_PCT = 100
/** Nobody lets a battery get lower; below 10 a rule calls somebody. */
const RENEWED_PCT = 15

const LIFE_MS = 3 * days(365)
/** What a cell loses by itself and for the clock that wakes it; the rest goes into sending. */
const ASLEEP_SHARE = 0.3
const CELL_ASLEEP_PER_MS = (ASLEEP_SHARE * FULL_PCT) / LIFE_MS

/**
 * A cell that lasts three years at the usual interval of its kind, and shorter for one that
 * reports more: each time it is asked is a reading sent. Renewed when it is low; worn out in the
 * spans given, and renewed at their end.
 */
export function cell(random: Random, kind: string, wornOut: readonly Span[] = []): Signal {
  const usual = findKind(kind)?.reportingInterval ?? days(1)
  const perReading = ((1 - ASLEEP_SHARE) * FULL_PCT * usual) / LIFE_MS
  let left = between(random, 40, FULL_PCT)
  let last: EpochMs | undefined
  const ordinary: Signal = (at) => {
    left -= perReading + CELL_ASLEEP_PER_MS * (at - (last ?? at))
    last = at
    if (left < RENEWED_PCT) left = FULL_PCT
    return left
  }
  return excursion(ordinary, wornOut, WORN_OUT)
}

const MORNING_MS = hours(6)
const SHIFT_MS = hours(16)
// The city's day begins at midnight of UTC+8.
const CITY_ZONE_MS = hours(8)
const PACK_AWAKE_PER_MS = 2 / hours(1)
const CHARGED_PER_MS = 30 / hours(1)
/** A reading every thirty seconds through a shift takes a little more than half of it. */
const PACK_READING_PCT = 0.03

/**
 * A pack that lasts a shift and is charged from ten in the evening to six in the morning. By day
 * each reading takes some of it; a power bank keeps it up when it is low.
 */
export function pack(random: Random): Signal {
  let left = between(random, 70, FULL_PCT)
  let last: EpochMs | undefined
  return (at) => {
    const elapsed = at - (last ?? at)
    last = at
    const sinceMorning = (at + CITY_ZONE_MS - MORNING_MS) % days(1)
    if (elapsed > sinceMorning) left = FULL_PCT
    if (sinceMorning >= SHIFT_MS) left = Math.min(FULL_PCT, left + CHARGED_PER_MS * elapsed)
    else {
      const awake = Math.min(elapsed, sinceMorning)
      left = Math.max(RENEWED_PCT, left - PACK_READING_PCT - PACK_AWAKE_PER_MS * awake)
    }
    return left
  }
}

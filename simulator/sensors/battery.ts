import { findKind } from '#model/kinds.ts'
import { days, type EpochMs, hours, seconds } from '#model/time.ts'
import { between, type Random } from '#simulator/random/random.ts'
import { takeCells } from '#simulator/signals/cells.ts'
import { excursion, type Span } from '#simulator/signals/excursion.ts'

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
 * What is left of a battery in percent. Each time it is asked is a reading sent; asked in the
 * order of time.
 */
export interface Battery {
  left(at: EpochMs): number
}

/**
 * A cell that lasts three years at the usual interval of its kind, and shorter for one that
 * reports more. Renewed when it is low; worn out in the spans given, and renewed at their end.
 */
export function cell(random: Random, kind: string, wornOut: readonly Span[] = []): Battery {
  const ordinary = new Cell(random, kind)
  if (wornOut.length === 0) return ordinary
  return { left: excursion((at) => ordinary.left(at), wornOut, WORN_OUT) }
}

// With a hundred thousand devices, fetching numbers from here and there takes longer than all
// arithmetic: those of one device lie side by side.
class Cell implements Battery {
  readonly #numbers: Float64Array
  readonly #from: number

  constructor(random: Random, kind: string) {
    const usual = findKind(kind)?.reportingInterval ?? days(1)
    const { numbers, from } = takeCells(3)
    numbers[from] = between(random, 40, FULL_PCT)
    numbers[from + 1] = Infinity
    numbers[from + 2] = ((1 - ASLEEP_SHARE) * FULL_PCT * usual) / LIFE_MS
    this.#numbers = numbers
    this.#from = from
  }

  left(at: EpochMs): number {
    const numbers = this.#numbers
    const from = this.#from
    const elapsed = Math.max(0, at - (numbers[from + 1] as number))
    const spent = (numbers[from + 2] as number) + CELL_ASLEEP_PER_MS * elapsed
    const rest = (numbers[from] as number) - spent
    const left = rest < RENEWED_PCT ? FULL_PCT : rest
    numbers[from] = left
    numbers[from + 1] = at
    return left
  }
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
export class Pack implements Battery {
  readonly #numbers: Float64Array
  readonly #from: number

  constructor(random: Random) {
    const { numbers, from } = takeCells(2)
    numbers[from] = between(random, 70, FULL_PCT)
    numbers[from + 1] = Infinity
    this.#numbers = numbers
    this.#from = from
  }

  left(at: EpochMs): number {
    const numbers = this.#numbers
    const from = this.#from
    const elapsed = Math.max(0, at - (numbers[from + 1] as number))
    const left = this.#after(numbers[from] as number, elapsed, at)
    numbers[from] = left
    numbers[from + 1] = at
    return left
  }

  #after(before: number, elapsed: number, at: EpochMs): number {
    const mornings = (at + CITY_ZONE_MS - MORNING_MS) / days(1)
    const sinceMorning = days(1) * (mornings - Math.floor(mornings))
    const full = elapsed > sinceMorning ? FULL_PCT : before
    if (sinceMorning >= SHIFT_MS) return Math.min(FULL_PCT, full + CHARGED_PER_MS * elapsed)
    const awake_pct = PACK_AWAKE_PER_MS * Math.min(elapsed, sinceMorning)
    return Math.max(RENEWED_PCT, full - PACK_READING_PCT - awake_pct)
  }
}

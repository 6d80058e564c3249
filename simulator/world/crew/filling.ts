import { days, type EpochMs, epochMs } from '#model/time.ts'
import { between, chance, splitRandom } from '#simulator/random/random.ts'
import { CITY_ZONE_MS, JITTER_MS } from './timetable.ts'

/** How a bin fills: by so much in a usual day, a part of it in each hour. */
export interface Filling {
  readonly pct_per_day: number
  readonly rhythm: Rhythm
}

/** What comes into a bin by the hours of the city's day, in shares of the day's whole. */
interface Rhythm {
  readonly hourly: readonly number[]
  /** Up to the beginning of each hour. */
  readonly before: readonly number[]
}

/** What is left in a bin that was emptied. */
export const EMPTY_PCT = 3
/** Nothing more goes in. */
export const FULL_PCT = 100
/** From here on it counts as overflowing. */
export const OVERFLOWING_PCT = 95

const DAY_MS = days(1)
const HOUR_MS = DAY_MS / 24

function rhythm(weights: readonly number[]): Rhythm {
  const whole = weights.reduce((sum, weight) => sum + weight)
  const hourly = weights.map((weight) => weight / whole)
  const before: number[] = []
  let sum = 0
  for (const share of hourly) {
    before.push(sum)
    sum += share
  }
  return { hourly, before }
}

// People take their refuse down on the way to work and after supper; shops through the day.
const HOMES = rhythm([2, 1, 1, 1, 1, 3, 7, 9, 7, 5, 4, 4, 5, 5, 4, 4, 4, 5, 7, 9, 9, 7, 5, 3])
const SHOPS = rhythm([1, 1, 1, 1, 1, 1, 2, 3, 5, 6, 7, 8, 8, 7, 6, 6, 6, 7, 8, 8, 7, 6, 4, 2])
const HOMES_SHARE = 0.65

/** What has come into the bin since 1970, in days' worth. */
export function filledBy({ hourly, before }: Rhythm, at: EpochMs): number {
  const local = at + CITY_ZONE_MS
  const day = Math.floor(local / DAY_MS)
  const hours = (local - day * DAY_MS) / HOUR_MS
  const hour = Math.floor(hours)
  return day + (before[hour] as number) + (hourly[hour] as number) * (hours - hour)
}

/** When so many days' worth have come in: {@link filledBy} the other way round, to the millisecond above. */
export function filledAt(rhythm: Rhythm, worth: number): EpochMs {
  const day = Math.floor(worth)
  const rest = worth - day
  const hour = rhythm.before.findLastIndex((before) => before <= rest)
  const part = (rest - (rhythm.before[hour] as number)) / (rhythm.hourly[hour] as number)
  return epochMs(Math.ceil(day * DAY_MS + (hour + part) * HOUR_MS - CITY_ZONE_MS))
}

const FULLEST_PCT = 83
const SLACKEST_PCT = 56
/** One that is missed once is full long before the next round. */
const MISSED_PCT = 108

/**
 * How one bin fills. A city sets out as many bins as its rounds can lift in time: the fuller one
 * gets between two lifts is 56 to 83 %, and one that is passed by once overflows.
 *
 * @param due when it is lifted on each day, in milliseconds after midnight, in their order
 */
export function fillingOf(citySeed: string, key: string, due: readonly number[]): Filling {
  const random = splitRandom(citySeed, 'filling', key)
  const own = chance(random, HOMES_SHARE) ? HOMES : SHOPS
  const worths = due.map((ms) => filledBy(own, epochMs(ms - CITY_ZONE_MS)))
  const gaps = worths.map((worth, index) =>
    index === 0 ? worth + 1 - (worths.at(-1) as number) : worth - (worths[index - 1] as number),
  )
  const uncertain = (2 * JITTER_MS * Math.max(...own.hourly)) / HOUR_MS
  const longest = Math.max(...gaps) + uncertain
  const wholeDays = due.length > 1 ? 1 : 2
  const least = EMPTY_PCT + ((MISSED_PCT - EMPTY_PCT) * longest) / (wholeDays - uncertain)
  const fullest = between(random, Math.min(FULLEST_PCT, Math.max(SLACKEST_PCT, least)), FULLEST_PCT)
  return { rhythm: own, pct_per_day: (fullest - EMPTY_PCT) / longest }
}

/** The level of a bin that was emptied at `liftedAt`. */
export function levelAt({ rhythm, pct_per_day }: Filling, liftedAt: EpochMs, at: EpochMs): number {
  const level = EMPTY_PCT + pct_per_day * (filledBy(rhythm, at) - filledBy(rhythm, liftedAt))
  return Math.min(FULL_PCT, level)
}

/** When a bin that was emptied at `liftedAt` reaches a level. */
export const reachesAt = (
  { rhythm, pct_per_day }: Filling,
  liftedAt: EpochMs,
  pct: number,
): EpochMs => filledAt(rhythm, filledBy(rhythm, liftedAt) + (pct - EMPTY_PCT) / pct_per_day)

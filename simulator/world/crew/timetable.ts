import { type DurationMs, days, type EpochMs, epochMs, hours, minutes } from '#model/time.ts'
import { between, chance, fraction, splitRandom } from '#simulator/random/random.ts'
import type { DayKind } from '#simulator/scenario/scenario.ts'
import type { Setting } from '#simulator/world/setting.ts'
import type { CollectionRoute } from './collection-plan.ts'
import type { CollectionPoint } from './collection-points.ts'
import type { StreetSpot } from './street-spot.ts'
import { planTour, type Tour } from './tour.ts'

/** A tour as it is driven once. */
export interface Round {
  readonly day: number
  readonly slot: number
  readonly startAt: EpochMs
  readonly tour: Tour
}

/** When a stop at a point is due on a day of duty, in milliseconds after that day's start. */
export interface Call {
  readonly tour: number
  readonly offset_ms: number
  /** How many bins are lifted there. */
  readonly lifts: number
}

const DAY_MS = days(1)
// The city's day begins at midnight of UTC+8.
export const CITY_ZONE_MS = hours(8)
const TOURS_MAX = 4
const TOUR_MS = hours(1.6)
const DAY_TRUCKS = 0.88
const START_H = { day: 4.75, night: 16.75 } as const
const STAGGER_H = 1.5
const HOLIDAY_LATER_H = 1
const BREAK_MS = minutes(45)
/** Nothing of a day of duty reaches into the next one. */
const LONGEST_MS = hours(23.4)
/** A whole day of duty begins earlier or later by up to so much. */
export const JITTER_MS = minutes(8)

const TIPPING_MS = minutes(4)
const REST_MS = minutes(8)
const REPORTS_AFTER_TIPPING = 2.2

/** How long a truck stands at its depot until its load is gone. */
export const TIPPED_AFTER_MS = TIPPING_MS
/** How long it stands there then: no reading shows it drive away from a load that is gone. */
export const restAfterTipping = (interval: DurationMs): DurationMs =>
  Math.max(REST_MS, REPORTS_AFTER_TIPPING * interval) as DurationMs

/** When a route is driven, day by day: the same whoever drives it, and whatever happens to him. */
export class Timetable {
  readonly route: CollectionRoute
  /** Wherever the truck stops on purpose, its depot among them. */
  readonly stops: readonly StreetSpot[]
  readonly #city: Setting['city']
  readonly #tours: number
  readonly #startsAfter: number
  readonly #slots: readonly { readonly tour: number; readonly offset_ms: number }[]
  readonly #calls = new Map<CollectionPoint, Call>()

  constructor({ city, day, interval }: Setting, route: CollectionRoute) {
    this.route = route
    this.#city = city
    const rest = TIPPING_MS + restAfterTipping(interval('refuse-truck'))
    const fit = Math.floor((LONGEST_MS - BREAK_MS) / (2 * (TOUR_MS + rest)))
    this.#tours = Math.max(1, Math.min(TOURS_MAX, fit))
    const tours = Array.from({ length: this.#tours }, (_, number) => this.#tour(number))
    this.stops = [route.depot, ...tours.flatMap(({ stops }) => stops.map(({ spot }) => spot))]
    for (const [tour, { stops }] of tours.entries()) {
      for (const { point, arrive_s, lifts } of stops) {
        if (point) this.#calls.set(point, { tour, offset_ms: Math.round(arrive_s * 1_000), lifts })
      }
    }
    const random = splitRandom(city.seed, 'duty', route.index)
    const start = chance(random, DAY_TRUCKS) ? START_H.day : START_H.night
    const later = day === 'holiday' ? HOLIDAY_LATER_H : 0
    this.#startsAfter = Math.round(hours(start + later + fraction(random) * STAGGER_H))
    const again = tours.map(() => fraction(random))
    this.#slots = slotsOf(tours, rest, (tour) => isAgain(day, again[tour] as number))
  }

  #tour = (number: number): Tour => planTour(this.#city, this.route, number, this.#tours)

  /** When the day of duty begins that is called by the city's day `day` since 1970. */
  #dayStart(day: number): EpochMs {
    const random = splitRandom(this.#city.seed, 'duty', this.route.index, day)
    const jitter = Math.round(between(random, -1, 1) * JITTER_MS)
    return epochMs(day * DAY_MS - CITY_ZONE_MS + this.#startsAfter + jitter)
  }

  #round(day: number, slot: number): Round {
    const { tour, offset_ms } = this.#slots[slot] as { tour: number; offset_ms: number }
    return {
      day,
      slot,
      startAt: epochMs(this.#dayStart(day) + offset_ms),
      tour: this.#tour(tour),
    }
  }

  /** The last round that has begun. */
  roundAt(at: EpochMs): Round {
    let day = Math.floor((at + CITY_ZONE_MS) / DAY_MS)
    while (this.#dayStart(day) > at) day -= 1
    const since = at - this.#dayStart(day)
    return this.#round(
      day,
      this.#slots.findLastIndex(({ offset_ms }) => offset_ms <= since),
    )
  }

  roundAfter({ day, slot }: Round): Round {
    return slot + 1 < this.#slots.length ? this.#round(day, slot + 1) : this.#round(day + 1, 0)
  }

  callAt(point: CollectionPoint): Call {
    return this.#calls.get(point) as Call
  }

  /** When a point is due on every day of duty, after that day's start, in their order. */
  dueAt(point: CollectionPoint): readonly number[] {
    const { tour, offset_ms } = this.callAt(point)
    return this.#slots.flatMap((slot) => (slot.tour === tour ? [slot.offset_ms + offset_ms] : []))
  }

  /** The first arrival at a point after an instant, or the last one up to it. */
  arrival(point: CollectionPoint, at: EpochMs, which: 'next' | 'last'): EpochMs {
    const due = this.dueAt(point)
    const today = Math.floor((at + CITY_ZONE_MS) / DAY_MS)
    const [first, step] = which === 'next' ? [today - 1, 1] : [today, -1]
    for (let day = first; ; day += step) {
      const start = this.#dayStart(day)
      const found =
        which === 'next'
          ? due.find((offset) => start + offset > at)
          : due.findLast((offset) => start + offset <= at)
      if (found !== undefined) return epochMs(start + found)
    }
  }

  /** How long after midnight, in milliseconds, a usual day of duty begins. */
  get startsAfter(): number {
    return this.#startsAfter
  }
}

const isAgain = (day: DayKind, drawn: number): boolean =>
  day === 'workday' || (day === 'weekend' && drawn < 0.5)

// All tours one after the other, a break, and those again that are driven twice.
function slotsOf(
  tours: readonly Tour[],
  rest: number,
  again: (tour: number) => boolean,
): { tour: number; offset_ms: number }[] {
  const slots: { tour: number; offset_ms: number }[] = []
  let clock = 0
  const drive = (tour: number): void => {
    const lasts = Math.round((tours[tour] as Tour).back_s * 1_000) + rest
    if (slots.length > 0 && clock + lasts > LONGEST_MS) return
    slots.push({ tour, offset_ms: Math.ceil(clock) })
    clock += lasts
  }
  for (const tour of tours.keys()) drive(tour)
  clock += BREAK_MS
  for (const tour of tours.keys()) if (again(tour)) drive(tour)
  return slots
}

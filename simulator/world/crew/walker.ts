import { days, type EpochMs, epochMs, minutes } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import {
  between,
  chance,
  integerBetween,
  type Random,
  splitRandom,
} from '#simulator/random/random.ts'
import type { City } from '#simulator/world/city.ts'
import type { Crossing } from '#simulator/world/street-plan.ts'
import type { Area } from './area.ts'
import { type Beat, beatOf, SHIFT_MS } from './beat.ts'
import { easyDrive, type Manner } from './drive.ts'
import { spotsBeyond } from './errand.ts'
import { arrivalOf, Journey, type Leg } from './journey.ts'
import { atCrossing, type StreetSpot } from './street-spot.ts'
import { wayBetween } from './way.ts'

/** Nobody walks a beat faster than this. */
export const WALK_TOP_KMH = 5.4

const SLOWEST_MS = 0.9
const BRISK_MS2 = 1
const FURTHEST = 3
const LOOKS_CHANCE = 0.3
const LOOKS_S: readonly [number, number] = [60, 240]
const GLANCE_S = 5
/** What befalls him befalls him on duty: he comes so long before, and stays so long after. */
const OVERTIME_MS = minutes(30)
const DAY_MS = days(1)

export interface WalkerOptions {
  readonly city: Pick<City, 'seed' | 'plan'>
  /** The number of his terminal. */
  readonly number: number
  /** What befalls him, in the order of time. */
  readonly incidents: readonly Incident[]
  readonly startedAt: EpochMs
}

/**
 * An inspector: walks a beat from corner to corner, stands and looks, goes home when the shift is
 * over. The same however often he is made.
 */
export class Walker {
  readonly beat: Beat
  readonly journey: Journey
  readonly #options: WalkerOptions
  readonly #random: Random
  readonly #manner: Manner
  readonly #ahead: Incident[]
  #roaming: { readonly until: EpochMs; readonly spots: readonly StreetSpot[] } | undefined

  constructor(options: WalkerOptions) {
    const { city, number, incidents, startedAt } = options
    this.#options = options
    this.#random = splitRandom(city.seed, 'walker', number)
    const pace = between(this.#random, SLOWEST_MS, WALK_TOP_KMH / 3.6)
    this.#manner = { main_ms: pace, lane_ms: pace, turn_ms: pace, acceleration_ms2: BRISK_MS2 }
    this.beat = beatOf(city, number)
    this.#ahead = incidents.filter(
      ({ cause, endedAt }) =>
        (cause === 'patrol-idle' || cause === 'patrol-astray') && endedAt > startedAt,
    )
    this.journey = new Journey(startedAt, this.#anyCorner(), this.#decide)
  }

  isOnDuty(at: EpochMs): boolean {
    return (
      at < this.beat.shiftAt(at) + SHIFT_MS ||
      this.#options.incidents.some(
        ({ startedAt, endedAt }) => at >= startedAt - OVERTIME_MS && at < endedAt + OVERTIME_MS,
      )
    )
  }

  #decide = (at: EpochMs, from: StreetSpot): Leg => {
    const roaming = this.#roaming
    if (roaming && at < roaming.until) {
      return this.#leg(at, from, from === roaming.spots[0] ? roaming.spots[1] : roaming.spots[0])
    }
    this.#roaming = undefined
    while (this.#ahead[0] && this.#ahead[0].endedAt <= at) this.#ahead.shift()
    const usual = this.#isWorking(at) ? this.#onBeat(at, from) : this.#atRest(at, from)
    const next = this.#ahead[0]
    if (!next) return usual
    if (next.cause === 'patrol-idle') {
      return arrivalOf(usual) > next.startedAt ? this.#stand(next.endedAt, from) : usual
    }
    const spots = spotsBeyond(this.#options.city.plan, this.beat.area, from.stretch.from)
    const away = this.#leg(at, from, spots[0])
    const departAt = next.startedAt - (arrivalOf(away) - at)
    if (arrivalOf(usual) < departAt) return usual
    this.#ahead.shift()
    this.#roaming = { until: next.endedAt, spots }
    return { ...away, departAt: epochMs(Math.max(at, departAt)) }
  }

  #isWorking(at: EpochMs): boolean {
    return this.isOnDuty(at)
  }

  #onBeat(at: EpochMs, from: StreetSpot): Leg {
    const rest_s = chance(this.#random, LOOKS_CHANCE)
      ? integerBetween(this.#random, ...LOOKS_S)
      : GLANCE_S
    return this.#leg(epochMs(at + rest_s * 1_000), from, this.#cornerNear(from.stretch.from))
  }

  /** Stands where he is until the next shift, or what comes before it. */
  #atRest(at: EpochMs, from: StreetSpot): Leg {
    const next = Math.min(
      this.beat.shiftAt(at) + DAY_MS,
      ...this.#options.incidents
        .map(({ startedAt }) => startedAt - OVERTIME_MS)
        .filter((startedAt) => startedAt > at),
    )
    return this.#stand(epochMs(next), from)
  }

  #stand(until: EpochMs, from: StreetSpot): Leg {
    return this.#leg(until, from, from)
  }

  #leg(departAt: EpochMs, from: StreetSpot, to: StreetSpot | undefined): Leg {
    const way = wayBetween(this.#options.city.plan, from, to ?? from)
    return { departAt, way, drive: easyDrive(way.runs, this.#manner) }
  }

  #anyCorner(): StreetSpot {
    const { columns, rows } = this.beat.area
    return atCrossing(this.#options.city.plan, {
      column: integerBetween(this.#random, ...columns),
      row: integerBetween(this.#random, ...rows),
    })
  }

  #cornerNear(here: Crossing): StreetSpot {
    const within = (index: number, [from, to]: Area['columns']): number =>
      Math.max(from, Math.min(to, index + integerBetween(this.#random, -FURTHEST, FURTHEST)))
    const { columns, rows } = this.beat.area
    const across = chance(this.#random, 0.5)
    return atCrossing(this.#options.city.plan, {
      column: across
        ? within(here.column, columns)
        : Math.max(columns[0], Math.min(columns[1], here.column)),
      row: across ? Math.max(rows[0], Math.min(rows[1], here.row)) : within(here.row, rows),
    })
  }
}

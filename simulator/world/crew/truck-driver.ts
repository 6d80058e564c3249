import { type DurationMs, type EpochMs, epochMs, minutes } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import { between, chance, integerBetween, type Random } from '#simulator/random/random.ts'
import type { City } from '#simulator/world/city.ts'
import { Cargo } from './cargo.ts'
import type { Collection } from './collection.ts'
import { easyDrive, type Manner } from './drive.ts'
import { misdeed, quietSpot, setsOffAt, spotsBeyond } from './errand.ts'
import { arrivalOf, Journey, type Leg } from './journey.ts'
import type { StreetSpot } from './street-spot.ts'
import { type Round, restAfterTipping, TIPPED_AFTER_MS, type Timetable } from './timetable.ts'
import { liftedAfter_s, planned_s, type Stop } from './tour.ts'
import { gridDistance_m, joined, type Way, wayBetween } from './way.ts'

/** What a truck keeps to when nothing is wrong. */
export const TRUCK_LIMIT_KMH = { main: 48, lane: 28 } as const

const GENTLE_MS2 = 0.9
const TURN_MS = 4
const PACE: readonly [number, number] = [0.86, 1]
const RED_CHANCE = 0.4
const HOPPER_MS = 8_000
const BARE_BIN_KG: readonly [number, number] = [25, 70]
const KG_PER_PCT = 0.7
const RESIDUE_KG: readonly [number, number] = [20, 160]
const ENGINE_MS = 45_000
const ROAM_MS: readonly [number, number] = [30_000, 90_000]
/** So many reports before he drives off nothing is lifted or tipped any more. */
const REPORTS_BEFORE = 2.5
/** So long before what is to happen to it a truck begins to look out for it. */
const LOOKOUT_MS = minutes(20)
const RUN_UP_MS = minutes(40)

export interface DriverOptions {
  readonly city: Pick<City, 'seed' | 'plan'>
  readonly collection: Collection
  readonly timetable: Timetable
  readonly random: Random
  /** What he does wrong, in the order of time. */
  readonly errands: readonly Incident[]
  readonly losses: readonly Incident[]
  readonly interval: DurationMs
  readonly startedAt: EpochMs
}

/** A stop of a round; the one after the last is the depot, the one before the first as well. */
interface Place {
  readonly round: Round
  readonly index: number
}

/**
 * Drives a truck by the timetable of its route. What an errand keeps him from others lift in his
 * stead: he comes back to where the timetable can be caught up with.
 */
export class TruckDriver {
  readonly journey: Journey
  readonly cargo: Cargo
  readonly #options: DriverOptions
  readonly #errands: Incident[]
  /** Null while an errand has led him away. */
  #place: Place | null
  #roaming: { readonly until: EpochMs; readonly spots: readonly StreetSpot[] } | undefined
  /** Between these the engine is off: from after the last tipping until the next departure. */
  #offFrom: number = Infinity
  #offUntil: number = Infinity

  constructor(options: DriverOptions) {
    this.#options = options
    const { timetable, random, losses, startedAt } = options
    this.#errands = options.errands.filter(({ endedAt }) => endedAt >= startedAt)
    const first = this.#errands[0]
    const from = epochMs(Math.min(startedAt, first ? first.startedAt - RUN_UP_MS : Infinity))
    const round = timetable.roundAt(from)
    const since_s = (from - round.startAt) / 1_000
    const { stops, back_s } = round.tour
    const index =
      since_s >= back_s ? stops.length : stops.findLastIndex(({ arrive_s }) => arrive_s <= since_s)
    this.#place = { round, index }
    this.cargo = new Cargo(
      between(random, ...RESIDUE_KG),
      integerBetween(random, 2_000, 90_000),
      losses,
    )
    this.cargo.load_kg += this.cargo.toLose_kg(epochMs(from - 1))
    for (const stop of stops.slice(0, Math.max(0, index))) this.#serve(round, stop)
    const at = epochMs(Math.floor(arriveAt(this.#place)))
    this.#arrive(this.#place, at)
    this.journey = new Journey(at, spotOf(this.#place), this.#decide)
  }

  /** Asked in the order of time. */
  moveTo(at: EpochMs): void {
    this.journey.moveTo(at)
    this.cargo.moveTo(at)
  }

  /** After {@link moveTo}. */
  hasIgnition = (at: EpochMs): boolean => at < this.#offFrom || at >= this.#offUntil

  #decide = (at: EpochMs, from: StreetSpot): Leg => {
    const roaming = this.#roaming
    if (roaming && at < roaming.until) {
      const [one, other] = roaming.spots
      // Standing about, engine running.
      if (!one || !other) return this.#drive(roaming.until, from, from)
      return this.#drive(epochMs(at + this.#between(ROAM_MS)), from, from === one ? other : one)
    }
    this.#roaming = undefined
    while (this.#errands[0] && this.#errands[0].endedAt < at) this.#errands.shift()
    const errand = this.#errands[0]
    const [next, leg] = this.#place ? this.#onwards(this.#place) : this.#backToWork(at, from)
    const freeAt = next.index < next.round.tour.stops.length ? leaveAt(next) : arrivalOf(leg)
    if (errand && this.#dueAt(errand, spotOf(next), freeAt) < freeAt) {
      this.#errands.shift()
      const away = this.#errandLeg(errand, at, from)
      if (away) {
        this.#place = null
        // What he would have lifted or tipped meanwhile stays, and nothing falls as he drives off.
        const { interval } = this.#options
        this.cargo.forgetFrom(epochMs(away.departAt - REPORTS_BEFORE * interval))
        this.#offUntil = Math.min(this.#offUntil, away.departAt - ENGINE_MS)
        return away
      }
      return this.#decide(at, from)
    }
    this.#place = next
    this.#offUntil = Math.min(this.#offUntil, leg.departAt - ENGINE_MS)
    this.#arrive(next, arrivalOf(leg))
    return leg
  }

  /** To the next stop that is not to be passed by. */
  #onwards(place: Place): readonly [Place, Leg] {
    const { timetable, city } = this.#options
    const starts =
      place.index < place.round.tour.stops.length
        ? place
        : { round: timetable.roundAfter(place.round), index: -1 }
    const { round } = starts
    const departAt = epochMs(Math.max(Math.ceil(leaveAt(starts)), 0))
    let index = starts.index + 1
    let here = spotOf(starts)
    let way: Way | undefined
    for (; ; index += 1) {
      const there = spotOf({ round, index })
      const more = wayBetween(city.plan, here, there)
      way = way ? joined(way, more) : more
      here = there
      const stop = round.tour.stops[index]
      if (!stop || !this.#passes({ round, index })) break
    }
    const next = { round, index }
    return [next, this.#driven(departAt, way, arriveAt(next))]
  }

  #passes(place: Place): boolean {
    const point = place.round.tour.stops[place.index]?.point
    const dueAt = epochMs(Math.round(arriveAt(place)))
    return !!point && this.#options.collection.passedBy(point, dueAt) !== undefined
  }

  /** To the first stop that can be reached before it is due. */
  #backToWork(at: EpochMs, from: StreetSpot): readonly [Place, Leg] {
    const { timetable, city } = this.#options
    let round = timetable.roundAt(at)
    for (;;) {
      const after = timetable.roundAfter(round)
      const { stops } = round.tour
      for (let index = 0; index <= stops.length; index += 1) {
        const place = { round, index }
        const latest = index < stops.length ? arriveAt(place) : after.startAt
        const needed_ms = 1_000 * planned_s(gridDistance_m(city.plan, from, spotOf(place)))
        if (at + needed_ms > latest || this.#passes(place)) continue
        const way = wayBetween(city.plan, from, spotOf(place))
        return [place, this.#driven(at, way, epochMs(at + needed_ms))]
      }
      round = after
    }
  }

  /** When he has to set off from a spot at the latest; the end of time while that is far off. */
  #dueAt(errand: Incident, from: StreetSpot, freeAt: number): number {
    if (errand.cause === 'truck-speeding' || errand.cause === 'load-dropped')
      return setsOffAt(errand)
    if (errand.startedAt > freeAt + LOOKOUT_MS) return Infinity
    const [target] = this.#targets(errand, from)
    const grid_m = gridDistance_m(this.#options.city.plan, from, target as StreetSpot)
    return errand.startedAt - 1_000 * planned_s(grid_m)
  }

  #targets(errand: Incident, from: StreetSpot): readonly StreetSpot[] {
    const { city, timetable } = this.#options
    const { area, stops } = timetable.route
    if (errand.cause === 'truck-astray') return spotsBeyond(city.plan, area, from.stretch.from)
    return [quietSpot(city.seed, city.plan, errand, from, timetable.stops, stops)]
  }

  /** Null where it is too late to do wrong in time. */
  #errandLeg(errand: Incident, at: EpochMs, from: StreetSpot): Leg | null {
    const { city, interval } = this.#options
    if (errand.cause === 'truck-speeding' || errand.cause === 'load-dropped') {
      return setsOffAt(errand) < at ? null : misdeed(city.plan, from, errand, interval)
    }
    const spots = this.#targets(errand, from)
    const departAt = Math.max(at, Math.floor(this.#dueAt(errand, from, errand.startedAt)))
    this.#roaming = { until: errand.endedAt, spots: spots.length > 1 ? spots : [] }
    return this.#drive(epochMs(departAt), from, spots[0] as StreetSpot)
  }

  #drive(departAt: EpochMs, from: StreetSpot, to: StreetSpot): Leg {
    return this.#driven(departAt, wayBetween(this.#options.city.plan, from, to), departAt)
  }

  /** Stands at red lights as long as he is not expected before. */
  #driven(departAt: EpochMs, way: Way, expectedAt: number): Leg {
    const { random } = this.#options
    const pace = between(random, ...PACE)
    const manner: Manner = {
      main_ms: (TRUCK_LIMIT_KMH.main / 3.6) * pace,
      lane_ms: (TRUCK_LIMIT_KMH.lane / 3.6) * pace,
      turn_ms: TURN_MS,
      acceleration_ms2: GENTLE_MS2,
    }
    const free = easyDrive(way.runs, manner)
    const corners = way.runs.length - 1
    const spare_s = (expectedAt - departAt) / 1_000 - free.duration_s - 5 * corners - 5
    if (corners === 0 || spare_s < 5 || !chance(random, RED_CHANCE)) {
      return { departAt, way, drive: free }
    }
    const waits = way.runs.map(() => 0)
    waits[integerBetween(random, 0, corners - 1)] = spare_s * between(random, 0.3, 1)
    return { departAt, way, drive: easyDrive(way.runs, manner, waits) }
  }

  /** What he will do where he arrives; asked as he sets off, when the engine may still be off. */
  #arrive({ round, index }: Place, at: EpochMs): void {
    const { timetable, interval, random } = this.#options
    const stop = round.tour.stops[index]
    if (stop) return this.#serve(round, stop)
    if (index < 0) return
    const tippedAt = epochMs(Math.max(at, arriveAt({ round, index })) + TIPPED_AFTER_MS)
    this.#offFrom = tippedAt + ENGINE_MS
    this.#offUntil = Infinity
    const leavesAt = timetable.roundAfter(round).startAt
    if (tippedAt + restAfterTipping(interval) > leavesAt + 1_000) return
    this.cargo.open(epochMs(tippedAt - TIPPED_AFTER_MS / 2), epochMs(tippedAt + HOPPER_MS))
    this.cargo.tip(tippedAt, between(random, ...RESIDUE_KG) + this.cargo.toLose_kg(tippedAt))
  }

  #serve(round: Round, { point, lifts, arrive_s }: Stop): void {
    const { collection, random } = this.#options
    const stopAt = Math.round(round.startAt + arrive_s * 1_000)
    const at = (number: number): EpochMs =>
      epochMs(stopAt + Math.round(liftedAfter_s(lifts, number) * 1_000))
    for (let number = 0; number < lifts; number += 1) {
      const bin = point?.bins[number]
      const kg = bin
        ? KG_PER_PCT * collection.levelBefore(bin, at(number))
        : between(random, ...BARE_BIN_KG)
      this.cargo.lift(at(number), kg)
    }
    this.cargo.open(epochMs(at(0) - HOPPER_MS), epochMs(at(lifts - 1) + HOPPER_MS))
  }

  #between = ([least, most]: readonly [number, number]): number =>
    integerBetween(this.#options.random, least, most)
}

const spotOf = ({ round: { tour }, index }: Place): StreetSpot =>
  tour.stops[index]?.spot ?? tour.depot

const arriveAt = ({ round: { tour, startAt }, index }: Place): number => {
  const after_s = index < 0 ? 0 : (tour.stops[index]?.arrive_s ?? tour.back_s)
  return startAt + after_s * 1_000
}

const leaveAt = ({ round: { tour, startAt }, index }: Place): number => {
  const after_s = index < 0 ? 0 : (tour.stops[index]?.leave_s ?? tour.back_s)
  return startAt + after_s * 1_000
}

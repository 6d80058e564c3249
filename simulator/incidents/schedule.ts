import { type DurationMs, type EpochMs, epochMs, plus, seconds } from '#model/time.ts'
import { drawSpan } from '#simulator/random/distribution.ts'
import {
  between,
  fraction,
  integerBetween,
  pick,
  type Random,
  splitRandom,
} from '#simulator/random/random.ts'
import type { IncidentPlan, ScheduledIncident, WeatherPlan } from '#simulator/scenario/scenario.ts'
import type { City } from '#simulator/world/city.ts'
import type { SimulatedDevice, Standing } from '#simulator/world/fixtures.ts'
import { distanceBetween_m } from '#simulator/world/local-plane.ts'
import { CAUSE_FACTS, type Cause } from './causes.ts'
import type { Incident } from './incident.ts'

export interface ScheduleOptions {
  readonly startedAt: EpochMs
  /** No incident begins later than this after the start. */
  readonly duration: DurationMs
  /** How often a device of the kind reports: what lasts long enough to be noticed. */
  readonly interval: (kind: string) => DurationMs
  readonly plan: IncidentPlan
  readonly weather: WeatherPlan
  /** Another text lets other things go wrong in the same city. */
  readonly seed: string
}

// Long enough for every rule to clear and for a truck to be back on its round.
const REST_MS = 300_000
const READINGS_MIN = 6
/** What no device need report six times while it lasts. */
const FIXED_LENGTH: readonly Cause[] = ['truck-speeding', 'load-dropped', 'cover-hit']
const SINKING_REACH_M = 120
const SINKING_COVERS = 5
const TRIES = 8

/** What goes wrong in a run, in the order of time. Depends on seed, city and options alone. */
export function scheduleIncidents(city: City, options: ScheduleOptions): readonly Incident[] {
  const schedule = new Schedule(city, options)
  for (const { at, lasts } of options.weather.rain) {
    schedule.addRain(plus(options.startedAt, at), lasts)
  }
  for (const one of options.plan.scheduled) {
    for (let n = 0; n < one.count; n += 1) schedule.addScheduled(one)
  }
  schedule.addRandom()
  return schedule.incidents()
}

type Victim = SimulatedDevice | Standing

class Schedule {
  readonly #city: City
  readonly #options: ScheduleOptions
  readonly #random: Random
  readonly #candidates = new Map<Cause, readonly SimulatedDevice[]>()
  readonly #busyUntil = new Map<Victim, number>()
  readonly #incidents: Incident[] = []

  constructor(city: City, options: ScheduleOptions) {
    this.#city = city
    this.#options = options
    this.#random = splitRandom(city.seed, 'incidents', options.seed)
  }

  incidents(): readonly Incident[] {
    return this.#incidents.sort((a, b) => a.startedAt - b.startedAt)
  }

  addRain(startedAt: EpochMs, lasts: DurationMs): void {
    this.#push('heavy-rain', undefined, startedAt, plus(startedAt, lasts), 1)
  }

  addScheduled({ cause, at, lasts, strength, device, unwatched }: ScheduledIncident): void {
    const startedAt = plus(this.#options.startedAt, at)
    const victim = device
      ? this.#city.devices.find(({ id }) => id === device)
      : this.#pickFree(unwatched ? this.#unwatchedFor(cause) : this.#devicesFor(cause), startedAt)
    if (!victim) return
    const drawn = this.#length(cause, null)
    this.#push(
      cause,
      victim,
      startedAt,
      epochMs(startedAt + (lasts ?? drawn)),
      strength ?? fraction(this.#random),
    )
  }

  addRandom(): void {
    const { plan, startedAt, duration } = this.#options
    if (!plan.random) return
    const { causes, every, lasts, each } = plan.random
    const random = this.#random
    const add = (cause: Cause, at: EpochMs): void => {
      const length = lasts ? drawSpan(random, lasts) : null
      const strength = fraction(random)
      const victim = this.#pickFree(this.#allFor(cause), at)
      if (!victim || at > startedAt + duration) return
      this.#push(cause, victim, at, epochMs(at + this.#length(cause, length)), strength)
    }
    if (each) {
      for (const cause of causes) {
        add(
          cause,
          epochMs(Math.round(startedAt + between(random, ...CAUSE_FACTS[cause].first_s) * 1_000)),
        )
      }
    }
    let at = plus(startedAt, each ? seconds(90) : seconds(0))
    while (at < startedAt + duration) {
      at = epochMs(at + Math.max(1, drawSpan(random, every)))
      add(pick(random, causes), at)
    }
  }

  #length(cause: Cause, given: DurationMs | null): number {
    const { lasts_s, kind } = CAUSE_FACTS[cause]
    const drawn = Math.round(between(this.#random, ...lasts_s) * 1_000)
    const least =
      FIXED_LENGTH.includes(cause) || kind === null
        ? 0
        : READINGS_MIN * this.#options.interval(kind)
    // What has a length of its own keeps it: a street has an end.
    return Math.max(FIXED_LENGTH.includes(cause) ? drawn : (given ?? drawn), least)
  }

  #push(
    cause: Cause,
    victim: Victim | undefined,
    startedAt: EpochMs,
    endedAt: EpochMs,
    strength: number,
  ): void {
    const { seed } = this.#options
    const devices =
      victim && 'id' in victim ? [victim, ...this.#neighbours(cause, victim, startedAt)] : []
    for (const struck of victim ? [victim, ...devices] : []) {
      this.#busyUntil.set(struck, endedAt + REST_MS)
    }
    this.#incidents.push({
      id: `${[this.#city.seed, seed].join('-')}-${String(this.#incidents.length + 1).padStart(5, '0')}`,
      cause,
      devices,
      part: victim?.part ?? null,
      spot: victim?.spot ?? null,
      startedAt,
      endedAt,
      strength,
    })
  }

  // A road sinks under all covers around.
  #neighbours(cause: Cause, { spot, index }: SimulatedDevice, at: EpochMs): SimulatedDevice[] {
    if (cause !== 'road-sinking' || !spot) return []
    return this.#devicesFor(cause)
      .filter((other) => other.index !== index && this.#free(other, at))
      .map((other) => ({
        other,
        off_m: distanceBetween_m(spot.place, other.spot?.place ?? spot.place),
      }))
      .filter(({ off_m }) => off_m <= SINKING_REACH_M)
      .sort((a, b) => a.off_m - b.off_m)
      .slice(0, SINKING_COVERS - 1)
      .map(({ other }) => other)
  }

  #devicesFor(cause: Cause): readonly SimulatedDevice[] {
    const known = this.#candidates.get(cause)
    if (known) return known
    const found = this.#city.devices.filter((device) => suits(device, cause))
    this.#candidates.set(cause, found)
    return found
  }

  #unwatchedFor = (cause: Cause): readonly Standing[] =>
    this.#city.unwatched.filter((standing) => suits(standing, cause))

  // Parts without a device are struck as often as those with one.
  #allFor(cause: Cause): readonly Victim[] {
    const bare = this.#unwatchedFor(cause)
    const watched = this.#devicesFor(cause)
    return bare.length === 0 ? watched : [...watched, ...bare]
  }

  #free = (victim: Victim, at: number): boolean => (this.#busyUntil.get(victim) ?? 0) <= at

  #pickFree(victims: readonly Victim[], at: number): Victim | undefined {
    for (let attempt = 0; attempt < TRIES && victims.length > 0; attempt += 1) {
      const victim = victims[integerBetween(this.#random, 0, victims.length - 1)] as Victim
      if (this.#free(victim, at)) return victim
    }
    return victims.find((victim) => this.#free(victim, at))
  }
}

function suits({ kind, medium }: Victim, cause: Cause): boolean {
  const facts = CAUSE_FACTS[cause]
  return (
    facts.kind === kind &&
    (facts.media === null || (medium !== null && facts.media.includes(medium)))
  )
}

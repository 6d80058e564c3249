import { type EpochMs, epochMs } from '#model/time.ts'
import type { Point } from './local-plane.ts'
import { pointAlong, type Route } from './route.ts'
import { driven, profileDuration_s, type SpeedProfile } from './speed-profile.ts'
import type { Crossing } from './street-plan.ts'

/** One way from standstill to standstill, and the rest that follows it. */
export interface Leg {
  readonly departAt: EpochMs
  readonly route: Route
  readonly profile: SpeedProfile
  readonly rest_s: number
}

/** Where something is on its way through the city. */
export interface Motion {
  readonly point: Point
  readonly heading_deg: number
  readonly speed_ms: number
  /** Since the journey began. */
  readonly travelled_m: number
}

export const arrivedAt = ({ departAt, profile }: Pick<Leg, 'departAt' | 'profile'>): EpochMs =>
  epochMs(Math.round(departAt + profileDuration_s(profile) * 1_000))

export const overAt = (leg: Leg): EpochMs => epochMs(arrivedAt(leg) + leg.rest_s * 1_000)

/**
 * An endless way through the streets, leg by leg. The next leg is asked for when the last is over,
 * at the crossing where it ended; it departs then or later.
 */
export class Journey {
  readonly #decide: (at: EpochMs, from: Crossing) => Leg
  #leg: Leg
  #travelled_m = 0

  constructor(startAt: EpochMs, start: Crossing, decide: (at: EpochMs, from: Crossing) => Leg) {
    this.#decide = decide
    this.#leg = decide(startAt, start)
  }

  /** Asked in the order of time. */
  at(at: EpochMs): Motion {
    while (at >= overAt(this.#leg)) {
      this.#travelled_m += this.#leg.route.length_m
      this.#leg = this.#decide(overAt(this.#leg), this.#leg.route.end)
    }
    const { route, profile, departAt } = this.#leg
    const { distance_m, speed_ms } = driven(profile, (at - departAt) / 1_000)
    return {
      ...pointAlong(route, distance_m),
      speed_ms: at >= arrivedAt(this.#leg) ? 0 : speed_ms,
      travelled_m: this.#travelled_m + Math.min(distance_m, route.length_m),
    }
  }
}

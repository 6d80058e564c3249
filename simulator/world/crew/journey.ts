import { type EpochMs, epochMs } from '#model/time.ts'
import { bearing_deg, type Point } from '#simulator/world/local-plane.ts'
import type { Drive } from './drive.ts'
import type { StreetSpot } from './street-spot.ts'
import { lengthOf, type Way } from './way.ts'

/** One way from standstill to standstill. Until it departs one stands at its beginning. */
export interface Leg {
  readonly departAt: EpochMs
  readonly way: Way
  readonly drive: Drive
}

export const arrivalOf = ({ departAt, drive }: Pick<Leg, 'departAt' | 'drive'>): EpochMs =>
  epochMs(Math.ceil(departAt + drive.duration_s * 1_000))

/**
 * An endless way through the streets, leg by leg. The next leg is asked for when the last one has
 * arrived, where it ended; it departs then or later. Says where one is without a new object.
 */
export class Journey {
  east_m = 0
  north_m = 0
  heading_deg = 0
  speed_ms = 0
  /** Since the journey began. */
  travelled_m = 0
  readonly #decide: (at: EpochMs, from: StreetSpot) => Leg
  #leg: Leg
  #arriveAt: EpochMs
  #done_m = 0
  #segment = 0

  constructor(at: EpochMs, from: StreetSpot, decide: (at: EpochMs, from: StreetSpot) => Leg) {
    this.#decide = decide
    this.#leg = decide(at, from)
    this.#arriveAt = arrivalOf(this.#leg)
    this.#enter(1)
  }

  /** Asked in the order of time. */
  moveTo(at: EpochMs): void {
    while (at >= this.#arriveAt) {
      const { way } = this.#leg
      this.#done_m += lengthOf(way)
      this.#leg = this.#decide(this.#arriveAt, way.end)
      this.#arriveAt = arrivalOf(this.#leg)
      this.#enter(1)
    }
    const { way, drive, departAt } = this.#leg
    drive.reach((at - departAt) / 1_000)
    const reached = Math.min(drive.distance_m, lengthOf(way))
    const { points, distances_m } = way
    let segment = this.#segment
    while (segment < points.length - 1 && (distances_m[segment] as number) < reached) segment += 1
    if (segment !== this.#segment) this.#enter(segment)
    const [from, to] = [points[segment - 1] as Point, points[segment] as Point]
    const start = distances_m[segment - 1] as number
    const whole = (distances_m[segment] as number) - start
    const share = whole > 0 ? (reached - start) / whole : 0
    this.east_m = from.east_m + (to.east_m - from.east_m) * share
    this.north_m = from.north_m + (to.north_m - from.north_m) * share
    this.speed_ms = drive.speed_ms
    this.travelled_m = this.#done_m + reached
  }

  #enter(segment: number): void {
    this.#segment = segment
    const { points } = this.#leg.way
    this.heading_deg = bearing_deg(points[segment - 1] as Point, points[segment] as Point)
  }
}

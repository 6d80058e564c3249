import type { EpochMs } from '#model/time.ts'
import { between, splitRandom } from '#simulator/random/random.ts'
import type { DayKind } from '#simulator/scenario/scenario.ts'
import { type Burst, extentAt, reachOf } from './burst.ts'
import { BUSIEST, useAt } from './day-shape.ts'
import type { MainPlace } from './main-zones.ts'

/** Lost on the way to the furthest place of a zone when most is drawn. */
const LOSS_KPA = 45
/** Beside that, at the place where the zone is fed. */
const LOSS_SHARE_MIN = 0.3
/** Hazen–Williams: the loss goes with this power of the flow. */
const LOSS_POWER = 1.852
const MEAN_L_S: readonly [number, number] = [15, 55]
/** A burst that reaches a place with less than this takes less than 80 kPa there. */
const THREAT_SHARE = 0.25
const MINUTE_MS = 60_000

interface Near {
  readonly burst: Burst
  readonly share: number
  /** Whether the water for it comes past here. */
  readonly feeds: boolean
}

/**
 * A place in the mains through the time of a run. What it says depends on the instant alone, and
 * may be asked in any order.
 */
export class MainGauge {
  readonly place: MainPlace
  readonly #day: DayKind
  readonly #near: readonly Near[]
  readonly #mean_l_s: number
  readonly #ripples: readonly {
    readonly size: number
    readonly rate: number
    readonly phase: number
  }[]

  constructor(
    seed: string,
    name: string,
    place: MainPlace,
    day: DayKind,
    bursts: readonly Burst[],
  ) {
    const random = splitRandom(seed, 'main', name)
    this.place = place
    this.#day = day
    this.#mean_l_s = between(random, ...MEAN_L_S)
    this.#ripples = [
      [0.6, 8, 15],
      [0.4, 40, 80],
    ].map(([size = 0, shortest = 1, longest = 1]) => ({
      size,
      rate: (2 * Math.PI) / (between(random, shortest, longest) * MINUTE_MS),
      phase: between(random, 0, 2 * Math.PI),
    }))
    this.#near = bursts.flatMap((burst) => {
      const share = reachOf(burst, place)
      if (share === 0) return []
      const feeds = place.remote <= burst.place.remote && place.zone === burst.place.zone
      return [{ burst, share, feeds }]
    })
  }

  /** Those that could take much of the pressure here. */
  get threats(): readonly Burst[] {
    return this.#near.flatMap(({ burst, share }) => (share > THREAT_SHARE ? [burst] : []))
  }

  pressure_kpa(at: EpochMs): number {
    const calm = this.#calm_kpa(at)
    let pressure = calm
    for (const { burst, share } of this.#near) {
      const extent = extentAt(burst, at)
      if (extent > 0) pressure *= 1 - (1 - burst.left_kpa / calm) * share * extent
    }
    return pressure
  }

  /** What bursts take of it. */
  lost_kpa(at: EpochMs): number {
    return this.#calm_kpa(at) - this.pressure_kpa(at)
  }

  /** What a burst draws comes past those between it and the feed; those behind it get less. */
  flow_l_s(at: EpochMs): number {
    let flow = this.#mean_l_s * useAt(this.#day, at) * (1 + 0.1 * this.#ripple(at))
    for (const { burst, share, feeds } of this.#near) {
      const extent = extentAt(burst, at)
      if (extent === 0) continue
      if (feeds) flow += burst.flow_l_s * share * extent
      else flow *= 1 - 0.6 * share * extent
    }
    return flow
  }

  /** The burst that takes most of the pressure then. */
  causeAt(at: EpochMs): Burst | undefined {
    let [most, worst]: [number, Burst | undefined] = [0, undefined]
    for (const { burst, share } of this.#near) {
      const loss = share * extentAt(burst, at)
      if (loss > most) [most, worst] = [loss, burst]
    }
    return worst
  }

  #calm_kpa(at: EpochMs): number {
    const { rest_kpa, remote } = this.place
    const loss = LOSS_KPA * (useAt(this.#day, at) / BUSIEST) ** LOSS_POWER
    return rest_kpa - loss * (LOSS_SHARE_MIN + (1 - LOSS_SHARE_MIN) * remote) + 4 * this.#ripple(at)
  }

  // From −1 to 1.
  #ripple(at: EpochMs): number {
    let sum = 0
    for (const { size, rate, phase } of this.#ripples) sum += size * Math.sin(at * rate + phase)
    return sum
  }
}

import { type DurationMs, type EpochMs, epochMs } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import { between, chance, integerBetween, type Random } from '#simulator/random/random.ts'

interface Change {
  readonly at: EpochMs
  /** From what is on board to what is then. */
  readonly load: (kg: number) => number
  readonly lifts: number
}

interface CargoState {
  readonly load_kg: number
  readonly lifts: number
  readonly hopperOpen: boolean
}

const FULL_KG = 8_500
const LIFT_SHARE = 0.7
const TIPPING_S = 300

/** What a truck has on board: grows with each bin it lifts, gone when tipped or lost. */
export class Cargo {
  readonly #random: Random
  readonly #interval: DurationMs
  readonly #losses: Incident[]
  readonly #changes: Change[] = []
  #load_kg: number
  #lifts: number
  #hopper: readonly [EpochMs, EpochMs] = [epochMs(0), epochMs(0)]

  constructor(random: Random, losses: readonly Incident[], interval: DurationMs) {
    this.#random = random
    this.#interval = interval
    this.#losses = [...losses]
    this.#load_kg = between(random, 2_000, 6_000)
    this.#lifts = integerBetween(random, 2_000, 90_000)
  }

  /**
   * What happens at a stop the truck makes of its own accord; returns how long it stays, never
   * beyond `expectedAt` when the `rest_s` it had in mind is not. Tipping takes long enough for several reports: a load that is gone must not look like one that fell.
   */
  stop(arriveAt: EpochMs, rest_s: number, expectedAt: EpochMs | undefined): number {
    const random = this.#random
    if (this.#load_kg > FULL_KG) {
      const tipping_s = Math.max(TIPPING_S, (4 * this.#interval) / 1_000)
      const late = expectedAt !== undefined && arriveAt + tipping_s * 1_000 > expectedAt
      // What is to be lost on the road is not tipped before.
      if (late || this.#losses.length > 0) return rest_s
      this.#change(arriveAt, tipping_s / 2, () => 0, 0)
      this.#opens(arriveAt, tipping_s)
      return tipping_s
    }
    if (!chance(random, LIFT_SHARE)) return rest_s
    const lifts = integerBetween(random, 1, 3)
    const weight = lifts * between(random, 40, 90)
    this.#change(arriveAt, rest_s / 2, (kg) => kg + weight, lifts)
    this.#opens(arriveAt, rest_s)
    return rest_s
  }

  /** Asked in the order of time. */
  at(at: EpochMs): CargoState {
    this.#apply(at)
    const [from, to] = this.#hopper
    return { load_kg: this.#load_kg, lifts: this.#lifts, hopperOpen: at >= from && at < to }
  }

  #change(arriveAt: EpochMs, after_s: number, load: Change['load'], lifts: number): void {
    this.#changes.push({ at: epochMs(arriveAt + Math.round(after_s * 1_000)), load, lifts })
  }

  #opens(arriveAt: EpochMs, rest_s: number): void {
    this.#hopper = [epochMs(arriveAt + 2_000), epochMs(arriveAt + rest_s * 1_000 - 2_000)]
  }

  #apply(at: EpochMs): void {
    for (let change = this.#changes[0]; change && change.at <= at; change = this.#changes[0]) {
      this.#changes.shift()
      this.#load_kg = change.load(this.#load_kg)
      this.#lifts += change.lifts
    }
    for (let loss = this.#losses[0]; loss && loss.startedAt <= at; loss = this.#losses[0]) {
      this.#losses.shift()
      this.#load_kg -= Math.min(450 + 900 * loss.strength, this.#load_kg)
    }
  }
}

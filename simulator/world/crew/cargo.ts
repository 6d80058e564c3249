import { type EpochMs, epochMs, hours } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'

interface Change {
  readonly at: EpochMs
  /** What is added; null where all but `left_kg` is tipped. */
  readonly kg: number | null
  readonly left_kg: number
}

const AHEAD_MS = hours(12)
const LOSSES_MAX = 6
const lost_kg = (strength: number): number => 450 + 900 * strength
const MOST_LOST_KG = lost_kg(1)

/** What a truck has on board: grows with each bin it lifts, gone when tipped or lost. */
export class Cargo {
  load_kg: number
  lifts: number
  readonly #losses: Incident[]
  readonly #changes: Change[] = []
  #openFrom = epochMs(0)
  #openUntil = epochMs(0)

  constructor(load_kg: number, lifts: number, losses: readonly Incident[]) {
    this.load_kg = load_kg
    this.lifts = lifts
    this.#losses = [...losses]
  }

  /** Changes are announced in the order of time. */
  lift(at: EpochMs, kg: number): void {
    this.#changes.push({ at, kg, left_kg: 0 })
  }

  tip(at: EpochMs, left_kg: number): void {
    this.#changes.push({ at, kg: null, left_kg })
  }

  /** Nothing that was announced for that instant or later comes to pass. */
  forgetFrom(at: EpochMs): void {
    const kept = this.#changes.findIndex((change) => change.at >= at)
    if (kept !== -1) this.#changes.length = kept
    this.#openUntil = epochMs(Math.min(this.#openUntil, at))
  }

  open(from: EpochMs, until: EpochMs): void {
    this.#openFrom = from
    this.#openUntil = until
  }

  isOpen = (at: EpochMs): boolean => at >= this.#openFrom && at < this.#openUntil

  /** How much has to be on board so that all can be lost that is to be in the next hours. */
  toLose_kg(at: EpochMs): number {
    const ahead = this.#losses.filter(
      ({ startedAt }) => startedAt > at && startedAt < at + AHEAD_MS,
    ).length
    return MOST_LOST_KG * Math.min(LOSSES_MAX, ahead)
  }

  /** Asked in the order of time. */
  moveTo(at: EpochMs): void {
    while (this.#changes.length > 0 && (this.#changes[0] as Change).at <= at) {
      const { kg, left_kg } = this.#changes.shift() as Change
      if (kg === null) this.load_kg = Math.min(left_kg, this.load_kg)
      else {
        this.load_kg += kg
        this.lifts += 1
      }
    }
    while (this.#losses.length > 0 && (this.#losses[0] as Incident).startedAt <= at) {
      const { strength } = this.#losses.shift() as Incident
      this.load_kg -= Math.min(lost_kg(strength), this.load_kg)
    }
  }
}

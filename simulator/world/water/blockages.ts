import { type EpochMs, hours, plus } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import type { SewerNetwork } from './sewer-network.ts'
import type { SewerPlace } from './sewer-place.ts'

export interface Blockage {
  readonly incident: Incident
  readonly place: SewerPlace
}

/** How much of the section is left open, for the strengths 0 and 1. */
const OPEN: readonly [number, number] = [0.12, 0.02]
/** Water behind what was cleared is taken to come from it for so long. */
const DRAINING = hours(6)

/**
 * What a hole of a share of the section carries beside the whole: Manning's `A·R^(2/3)`, where the
 * radius goes with the root of the area.
 */
const carried = (open: number): number => open ** (4 / 3)

/** Which reaches are blocked as time goes on. */
export class Blockages {
  /** How far down a blocked reach the blockage lies, by node, at the last step and before it. */
  dammed: ReadonlyMap<number, number> = new Map()
  dammedBefore: ReadonlyMap<number, number> = new Map()
  readonly #opening: SewerNetwork['opening']
  readonly #later: Blockage[]
  #active: readonly Blockage[] = []
  #recent: readonly Blockage[] = []

  constructor(network: SewerNetwork, blockages: readonly Blockage[]) {
    this.#opening = network.opening
    this.#later = blockages.toSorted((a, b) => b.incident.startedAt - a.incident.startedAt)
  }

  /** Brings the openings to what they are from `at` on. */
  step(at: EpochMs): void {
    this.dammedBefore = this.dammed
    const begun: Blockage[] = []
    for (
      let first = this.#later.at(-1);
      first && first.incident.startedAt <= at;
      first = this.#later.at(-1)
    ) {
      begun.push(first)
      this.#later.pop()
    }
    if (begun.length === 0 && this.#recent.length === 0) return
    const ended = this.#active.some(({ incident }) => incident.endedAt <= at)
    this.#recent = [...this.#recent, ...begun].filter(
      ({ incident }) => plus(incident.endedAt, DRAINING) > at,
    )
    if (begun.length === 0 && !ended) return
    for (const { place } of this.#active) this.#opening[place.node] = 1
    this.#active = this.#recent.filter(({ incident }) => incident.endedAt > at)
    const dammed = new Map<number, number>()
    for (const { place, incident } of this.#active) {
      const open = carried(OPEN[0] + (OPEN[1] - OPEN[0]) * incident.strength)
      this.#opening[place.node] = Math.min(this.#opening[place.node] as number, open)
      dammed.set(place.node, Math.max(dammed.get(place.node) ?? 0, place.share))
    }
    this.dammed = dammed
  }

  /** Those that are there or were there not long ago, in the order in which they came. */
  get recent(): readonly Blockage[] {
    return this.#recent
  }

  /** The one at or below a place in its reach that is there or was there not long ago. */
  below(node: number, share: number): Incident | undefined {
    return this.#recent.findLast(({ place }) => place.node === node && share <= place.share)
      ?.incident
  }
}

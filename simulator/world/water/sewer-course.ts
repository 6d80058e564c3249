import { type EpochMs, epochMs } from '#model/time.ts'
import type { Setting } from '#simulator/world/setting.ts'
import type { Weather } from '#simulator/world/weather.ts'
import { type Blockage, Blockages } from './blockages.ts'
import { useAt } from './day-shape.ts'
import { Runoff } from './runoff.ts'
import {
  M3_S_PER_PERSON,
  SEEPAGE_M3_S_PER_PERSON,
  STORM_SEEPAGE_M_S,
  WRONG_SHARE,
} from './sewage.ts'
import { SewerNetwork } from './sewer-network.ts'
import { depthAt, type SewerPlace } from './sewer-place.ts'
import type { SewerTree } from './sewer-tree.ts'

/** The grid of time; levels between its instants lie on a straight line. */
export const STEP_MS = 30_000
const STEP_S = STEP_MS / 1_000
/** From even flow to where nothing changes. */
const WARM_UP_STEPS = 40
const WARM_UP_S = 120

/** Water that comes from elsewhere into a node. */
export interface Spring {
  readonly node: number
  /** m³/s, at an instant. */
  readonly flow_m3_s: (at: EpochMs) => number
  readonly from: EpochMs
  readonly until: EpochMs
}

/**
 * One sewer tree through the time of a run, on a fixed grid from its start: whoever asks, and
 * however seldom, finds the same. It begins as on a steady day at that hour. It is asked in the
 * order of time, give or take one step.
 */
export class SewerCourse {
  readonly network: SewerNetwork
  readonly tree: SewerTree
  readonly blockages: Blockages
  readonly #setting: Pick<Setting, 'day' | 'startedAt'>
  readonly #runoff: Runoff
  readonly #springs: readonly Spring[]
  readonly #afterStep: (from: EpochMs, to: EpochMs) => void
  #now: EpochMs

  constructor(
    tree: SewerTree,
    setting: Pick<Setting, 'day' | 'startedAt'>,
    weather: Pick<Weather, 'rain_mm_h'>,
    causes: { readonly blockages: readonly Blockage[]; readonly springs: readonly Spring[] },
    afterStep: (from: EpochMs, to: EpochMs) => void = () => undefined,
  ) {
    this.tree = tree
    this.network = new SewerNetwork(tree)
    this.blockages = new Blockages(this.network, causes.blockages)
    this.#setting = setting
    this.#runoff = new Runoff(weather.rain_mm_h)
    this.#springs = causes.springs
    this.#afterStep = afterStep
    this.#now = setting.startedAt
    this.#feed(this.#now, 0)
    this.network.fillEvenly()
    for (let step = 0; step < WARM_UP_STEPS; step += 1) this.network.step(WARM_UP_S)
    this.network.rest()
  }

  /** Goes on to the first instant of the grid at or after `at`. */
  advance(at: EpochMs): void {
    while (this.#now < at) {
      const from = this.#now
      const to = epochMs(from + STEP_MS)
      this.blockages.step(from)
      this.#feed(from, this.#runoff.step(from, STEP_S))
      this.network.step(STEP_S)
      this.#now = to
      this.#afterStep(from, to)
    }
  }

  /** Above the invert. */
  depth_m(place: SewerPlace, at: EpochMs): number {
    if (at > this.#now) this.advance(at)
    const before = this.depthBefore_m(place)
    return before + (this.depthNow_m(place) - before) * this.#shareAt(at)
  }

  /** At the end of the last step. */
  depthNow_m(place: SewerPlace): number {
    return depthAt(this.tree, this.network.depth_m, place, this.blockages.dammed.get(place.node))
  }

  /** At the beginning of the last step. */
  depthBefore_m(place: SewerPlace): number {
    const { dammedBefore } = this.blockages
    return depthAt(this.tree, this.network.depthBefore_m, place, dammedBefore.get(place.node))
  }

  flow_m3_s({ node }: SewerPlace, at: EpochMs): number {
    if (at > this.#now) this.advance(at)
    const before = this.network.flowBefore_m3_s[node] as number
    return before + ((this.network.flow_m3_s[node] as number) - before) * this.#shareAt(at)
  }

  #shareAt(at: EpochMs): number {
    return Math.max(0, Math.min(1, 1 + (at - this.#now) / STEP_MS))
  }

  #feed(at: EpochMs, runoff_m_s: number): void {
    const { kind, people, area_m2 } = this.tree
    const inflow = this.network.inflow_m3_s
    const foul = kind === 'foul'
    const each = M3_S_PER_PERSON * useAt(this.#setting.day, at) + SEEPAGE_M3_S_PER_PERSON
    const off = foul ? runoff_m_s * WRONG_SHARE : runoff_m_s + STORM_SEEPAGE_M_S
    for (let node = 0; node < inflow.length; node += 1) {
      const dry = foul ? (people[node] as number) * each : 0
      inflow[node] = dry + (area_m2[node] as number) * off
    }
    for (const { node, flow_m3_s, from, until } of this.#springs) {
      if (at >= from && at < until) inflow[node] = (inflow[node] as number) + flow_m3_s(at)
    }
  }
}

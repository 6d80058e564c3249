import type { Run } from './way.ts'

/** A stretch of time with one acceleration. */
export interface Phase {
  readonly lasts_s: number
  /** At its beginning. */
  readonly speed_ms: number
  readonly acceleration_ms2: number
}

/** How somebody drives or walks where nothing is wrong. */
export interface Manner {
  readonly main_ms: number
  readonly lane_ms: number
  /** Around a corner. */
  readonly turn_ms: number
  readonly acceleration_ms2: number
}

/** A top speed that is held for a time, before the rest of the way is driven at another. */
export interface Sprint {
  readonly top_ms: number
  readonly held_s: number
}

/** How a way is driven from standstill to standstill. Says how far and how fast without a new object. */
export class Drive {
  readonly duration_s: number
  /** At the time that was reached last. */
  distance_m = 0
  speed_ms = 0
  readonly #phases: readonly Phase[]
  /** Where each phase begins, and after how long. */
  readonly #from_m: number[] = []
  readonly #from_s: number[] = []
  readonly #length_m: number
  #index = 0

  constructor(phases: readonly Phase[]) {
    this.#phases = phases
    let passed = 0
    let length = 0
    for (const { lasts_s, speed_ms, acceleration_ms2 } of phases) {
      this.#from_s.push(passed)
      this.#from_m.push(length)
      passed += lasts_s
      length += speed_ms * lasts_s + (acceleration_ms2 * lasts_s * lasts_s) / 2
    }
    this.duration_s = passed
    this.#length_m = length
  }

  /** Asked in the order of time. */
  reach(elapsed_s: number): void {
    if (elapsed_s <= 0 || elapsed_s >= this.duration_s) {
      this.distance_m = elapsed_s <= 0 ? 0 : this.#length_m
      this.speed_ms = 0
      return
    }
    while (elapsed_s >= (this.#from_s[this.#index + 1] ?? Infinity)) this.#index += 1
    const { speed_ms, acceleration_ms2 } = this.#phases[this.#index] as Phase
    const spent = elapsed_s - (this.#from_s[this.#index] as number)
    this.distance_m =
      (this.#from_m[this.#index] as number) +
      speed_ms * spent +
      (acceleration_ms2 * spent * spent) / 2
    this.speed_ms = Math.max(0, speed_ms + acceleration_ms2 * spent)
  }
}

/**
 * From standstill to standstill, slower around corners.
 *
 * @param waits how long one stands at the end of each run but the last, as at a red light
 */
export function easyDrive(
  runs: readonly Run[],
  manner: Manner,
  waits: readonly number[] = [],
): Drive {
  const { acceleration_ms2, main_ms, lane_ms } = manner
  const speeds = speedsAtEnds(runs, manner, waits)
  const phases: Phase[] = []
  for (const [index, { length_m, main }] of runs.entries()) {
    const [from, to] = [speeds[index] as number, speeds[index + 1] as number]
    const reachable = Math.sqrt(acceleration_ms2 * length_m + (from * from + to * to) / 2)
    const top = Math.min(main ? main_ms : lane_ms, reachable)
    const [gaining, slowing] = [top * top - from * from, top * top - to * to]
    const cruised = Math.max(0, length_m - (gaining + slowing) / (2 * acceleration_ms2))
    phases.push(
      { lasts_s: (top - from) / acceleration_ms2, speed_ms: from, acceleration_ms2 },
      { lasts_s: cruised / top, speed_ms: top, acceleration_ms2: 0 },
      {
        lasts_s: (top - to) / acceleration_ms2,
        speed_ms: top,
        acceleration_ms2: -acceleration_ms2,
      },
    )
    const wait = waits[index] ?? 0
    if (wait > 0) phases.push({ lasts_s: wait, speed_ms: 0, acceleration_ms2: 0 })
  }
  return new Drive(phases)
}

// As fast as a corner allows, and as the run before and the run after it leave room to get there.
function speedsAtEnds(runs: readonly Run[], manner: Manner, waits: readonly number[]): number[] {
  const { turn_ms, acceleration_ms2, main_ms, lane_ms } = manner
  const corner = Math.min(turn_ms, main_ms, lane_ms)
  const speeds = [0]
  for (const [index, { length_m }] of runs.entries()) {
    const from = speeds[index] as number
    const stands = index === runs.length - 1 || (waits[index] ?? 0) > 0
    const most = Math.sqrt(from * from + 2 * acceleration_ms2 * length_m)
    speeds.push(stands ? 0 : Math.min(corner, most))
  }
  for (let index = runs.length - 1; index >= 0; index -= 1) {
    const to = speeds[index + 1] as number
    const most = Math.sqrt(to * to + 2 * acceleration_ms2 * (runs[index] as Run).length_m)
    speeds[index] = Math.min(speeds[index] as number, most)
  }
  return speeds
}

/** A sprint first, then the rest of the length at `cruise_ms`. Needs {@link sprintLength}. */
export function sprintDrive(
  length_m: number,
  { top_ms, held_s }: Sprint,
  cruise_ms: number,
  acceleration_ms2: number,
): Drive {
  const rest = length_m - sprintLength({ top_ms, held_s }, acceleration_ms2)
  const slowing = { acceleration_ms2: -acceleration_ms2 }
  return new Drive([
    { lasts_s: top_ms / acceleration_ms2, speed_ms: 0, acceleration_ms2 },
    { lasts_s: held_s, speed_ms: top_ms, acceleration_ms2: 0 },
    { lasts_s: (top_ms - cruise_ms) / acceleration_ms2, speed_ms: top_ms, ...slowing },
    { lasts_s: Math.max(0, rest) / cruise_ms, speed_ms: cruise_ms, acceleration_ms2: 0 },
    { lasts_s: cruise_ms / acceleration_ms2, speed_ms: cruise_ms, ...slowing },
  ])
}

/** The shortest way on which a sprint can be driven and braked off. */
export const sprintLength = ({ top_ms, held_s }: Sprint, acceleration_ms2: number): number =>
  (top_ms * top_ms) / acceleration_ms2 + top_ms * held_s

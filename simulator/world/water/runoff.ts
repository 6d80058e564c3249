import type { EpochMs } from '#model/time.ts'
import type { Signal } from '#simulator/signals/signal.ts'

/** How much of the rain runs off: roofs and roads do, gardens and courtyards hold it back. */
const RUNOFF_SHARE = 0.5
const DESIGN_RAIN_MM_H = 24
const MM_H = 1e-3 / 3_600
/** Two reservoirs one after the other: the peak comes some minutes after that of the rain. */
const RESERVOIR_S = 180

/** The flow off a square metre in the rain that the storm sewers are built for. */
export const DESIGN_RUNOFF_M_S = DESIGN_RAIN_MM_H * MM_H * RUNOFF_SHARE

/** Metres a second off the ground into the sewers, the same everywhere; one step after the other. */
export class Runoff {
  readonly #rain_mm_h: Signal
  #first_m = 0
  #second_m = 0

  constructor(rain_mm_h: Signal) {
    this.#rain_mm_h = rain_mm_h
  }

  /** The mean over the step that ends at `until`; what fell and has not run off stays for later. */
  step(until: EpochMs, dt_s: number): number {
    const rain_m_s = this.#rain_mm_h(until) * MM_H * RUNOFF_SHARE
    if (rain_m_s === 0 && this.#first_m + this.#second_m === 0) return 0
    // Implicit: never negative, whatever the step (Nash's cascade of two linear reservoirs, 1957).
    this.#first_m = (this.#first_m + rain_m_s * dt_s) / (1 + dt_s / RESERVOIR_S)
    const between = this.#first_m / RESERVOIR_S
    this.#second_m = (this.#second_m + between * dt_s) / (1 + dt_s / RESERVOIR_S)
    const off = this.#second_m / RESERVOIR_S
    if (this.#second_m < 1e-9) this.#first_m = this.#second_m = 0
    return off
  }
}

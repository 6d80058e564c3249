import type { EpochMs } from '#model/time.ts'
import type { Values } from './measured.ts'

/** A device as far as it measures: what, when, and what its clock makes of that. */
export interface Instrument {
  /** When it takes its first reading. */
  readonly firstAt: EpochMs
  /** What it measures then, in the units of its channels, not rounded; null when it is silent. */
  readonly measure: (at: EpochMs) => Values | null
  /** When it takes the next reading after the one at `at`; later than that. */
  readonly next: (at: EpochMs) => EpochMs
  /** What its clock says then. */
  readonly stamp: (at: EpochMs) => EpochMs
  /** What is wrong with it in this run, known from the start. */
  readonly faults: readonly DeviceFault[]
}

/** A span in which a device does not say what is. */
export interface DeviceFault {
  readonly fault: string
  readonly startedAt: EpochMs
  /** The end of the run where it does not end before. */
  readonly endedAt: EpochMs
}

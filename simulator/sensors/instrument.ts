import type { EpochMs } from '#model/time.ts'
import type { Values } from './measured.ts'

/** Asked in the order of time. Null when the device is silent. */
export type Measure = (at: EpochMs) => Values | null

/** What the clock of a device says: a whole number of milliseconds, never twice the same. */
export type Stamp = (at: EpochMs) => EpochMs

/** The sensors of one device, as good as they are made. Asked in the order of time. */
export interface Meter {
  measure(at: EpochMs): Values
}

/** A device as far as it measures: what, when, and what its clock makes of that. */
export interface Instrument {
  /** When it takes its first reading. */
  readonly firstAt: EpochMs
  /** What it measures then, in the units of its channels, not rounded; null when it is silent. */
  readonly measure: Measure
  /** When it takes the next reading after the one at `at`; later than that. */
  readonly next: (at: EpochMs) => EpochMs
  /** What its clock says then. */
  readonly stamp: Stamp
  /** What is wrong with it in this run, known from the start. */
  readonly faults: readonly DeviceFault[]
}

export const FAULTS = [
  'bias',
  'drift',
  'spike',
  'stuck',
  'fix-jump',
  'fix-dropout',
  'fix-shifted',
  'flat-battery',
  'clock-drift',
  'clock-zone',
  'clock-reset',
] as const
export type FaultName = (typeof FAULTS)[number]

/** A span in which a device does not say what is. */
export interface DeviceFault {
  readonly fault: FaultName
  readonly startedAt: EpochMs
  /** The end of the run where it does not end before. */
  readonly endedAt: EpochMs
}

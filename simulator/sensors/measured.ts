import type { Channel } from '#model/channel.ts'
import type { EpochMs } from '#model/time.ts'

/** Channels of one reading by name, as a device would send them. */
export type Values = Readonly<Record<string, number | boolean>>

/** Asked in the order of time. */
export type Sensor = (at: EpochMs) => Values

/** What a device makes of a true value: held at the ends of its range, as sensors saturate. */
export interface Scale {
  readonly min: number
  readonly max: number
  /** Steps in one unit. A whole number of steps divides without a tail of digits. */
  readonly steps: number
}

export const scaleOf = ({
  min = -Infinity,
  max = Infinity,
  precision = 1e-6,
}: Pick<Channel, 'min' | 'max' | 'precision'>): Scale => ({
  min,
  max,
  steps: Math.round(1 / precision),
})

/** The whole number of steps that a sensor makes of a value. */
export const stepsOf = (value: number, { min, max, steps }: Scale): number =>
  Math.round(Math.max(min, Math.min(max, value)) * steps)

import type { Channel } from '#model/channel.ts'
import { showValue } from '#web/src/shared/show-value.ts'

interface Step {
  readonly min: number
  readonly max: number
}

/** A value of a line; truth values come as 0 and 1. */
export const showLineValue = (channel: Channel, value: number): string =>
  showValue(channel, channel.type === 'boolean' ? value >= 0.5 : value)

/** The values of a step: one, or from the least to the greatest. */
export const showStep = (channel: Channel, { min, max }: Step): string =>
  min === max
    ? showLineValue(channel, max)
    : `${showLineValue(channel, min)} … ${showLineValue(channel, max)}`

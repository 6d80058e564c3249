import type { Channel } from '#model/channel.ts'
import { showNumber } from '#web/src/locale/format.ts'
import { showValue } from '#web/src/shared/show-value.ts'

interface Step {
  readonly min: number
  readonly max: number
  readonly mean: number
}

/** A value of a line; truth values come as 0 and 1. */
export const showLineValue = (channel: Channel, value: number): string =>
  showValue(channel, channel.type === 'boolean' ? value >= 0.5 : value)

/** The share of true ones among truth values: `是 25%`. */
export const showShare = (channel: Channel, mean: number): string =>
  `${showValue(channel, true)} ${showNumber(Math.round(mean * 1_000) / 10)}%`

/** The values of a step: one, or from the least to the greatest; of truth values the share. */
export const showStep = (channel: Channel, { min, max, mean }: Step): string => {
  if (min === max) return showLineValue(channel, max)
  return channel.type === 'boolean'
    ? showShare(channel, mean)
    : `${showLineValue(channel, min)} … ${showLineValue(channel, max)}`
}

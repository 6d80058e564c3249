import type { Channel } from '#model/channel.ts'
import { showNumber } from '#web/src/locale/format.ts'
import { locale } from '#web/src/locale/locale.ts'

const TRUTH = { zh: { true: '是', false: '否' }, en: { true: 'yes', false: 'no' } } as const

/** A value of a channel with its unit, no finer than it means anything. */
export function showValue(channel: Channel, value: number | boolean | undefined): string {
  if (value === undefined) return '–'
  if (typeof value === 'boolean') return TRUTH[locale.value][`${value}`]
  const { precision, unit } = channel
  const rounded = precision === undefined ? value : Math.round(value / precision) * precision
  return showNumber(rounded, unit)
}

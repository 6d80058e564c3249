import { InvalidArgumentError } from 'commander'
import { isDeviceId } from '#model/device.ts'
import { milliseconds, parseDuration } from '#model/time.ts'
import type { Shift } from '#simulator/replay/shift-of.ts'
import { positiveNumber } from './option-values.ts'

/** Parsers of the option values of `wanmi replay`. */

export function deviceId(text: string): string {
  if (isDeviceId(text)) return text
  throw new InvalidArgumentError('It must be 1 to 64 of A-Za-z0-9._:-.')
}

export function devicePrefix(text: string): string {
  if (text === '' || isDeviceId(text)) return text
  throw new InvalidArgumentError('It must be of A-Za-z0-9._:-.')
}

export function zone(text: string): string {
  if (/^(?:Z|[+-]\d{2}:\d{2})$/.test(text)) return text
  throw new InvalidArgumentError('It must be Z or an offset such as +08:00.')
}

export const speed = (text: string): number | null => (text === 'max' ? null : positiveNumber(text))

export function shift(text: string): Shift {
  if (text === 'none' || text === 'now') return text
  const span = parseDuration(text.replace(/^[+-]/, ''))
  if (span !== undefined) return milliseconds(span * (text.startsWith('-') ? -1 : 1))
  throw new InvalidArgumentError('It must be none, now or a span such as 7d or -12h.')
}

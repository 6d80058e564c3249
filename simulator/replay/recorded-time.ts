import { type EpochMs, epochMs, parseInstant } from '#model/time.ts'

// How many digits a whole number of each unit has from 1973 to 5138: they do not overlap.
const DIGITS_MS: readonly { readonly most: number; readonly toMs: (value: number) => number }[] = [
  { most: 11, toMs: (value) => value * 1_000 },
  { most: 14, toMs: (value) => value },
  { most: 17, toMs: (value) => value / 1e3 },
  { most: 20, toMs: (value) => value / 1e6 },
]

const LOCAL = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})[T ](\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?$/

/**
 * An instant as recordings write it: RFC 3339, a number of seconds, milliseconds, microseconds or
 * nanoseconds since 1970, or a date and time without a zone, which is then `zone` (`+08:00`).
 * Undefined when it is none of these.
 */
export function parseRecordedTime(text: string, zone: string): EpochMs | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) {
    const digits = text.split('.')[0]?.length ?? 0
    const unit = DIGITS_MS.find(({ most }) => digits <= most)
    return unit && digits > 8 ? epochMs(cutToMs(unit.toMs(Number(text)))) : undefined
  }
  const local = LOCAL.exec(text)
  if (!local) return parseInstant(text)
  const [, year, month = '', day = '', hour = '', minute, second = '00', fraction = ''] = local
  const two = (part: string): string => part.padStart(2, '0')
  const date = `${year}-${two(month)}-${two(day)}`
  return parseInstant(`${date}T${two(hour)}:${minute}:${second}${fraction}${zone}`)
}

// Nanoseconds have more digits than a double; a microsecond up or down is not to cost a millisecond.
const cutToMs = (value: number): number => Math.floor(Math.round(value * 1e3) / 1e3)

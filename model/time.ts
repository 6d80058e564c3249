/** Instants and spans. Inside the code both are whole milliseconds, kept apart by their brands. */

declare const brand: unique symbol

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number & { readonly [brand]: 'EpochMs' }

/** A span of time in milliseconds. */
export type DurationMs = number & { readonly [brand]: 'DurationMs' }

export const epochMs = (value: number): EpochMs => value as EpochMs
export const milliseconds = (value: number): DurationMs => value as DurationMs
export const seconds = (value: number): DurationMs => milliseconds(value * 1_000)
export const minutes = (value: number): DurationMs => seconds(value * 60)
export const hours = (value: number): DurationMs => minutes(value * 60)
export const days = (value: number): DurationMs => hours(value * 24)

export const plus = (at: EpochMs, span: DurationMs): EpochMs => epochMs(at + span)
export const minus = (at: EpochMs, span: DurationMs): EpochMs => epochMs(at - span)
export const between = (from: EpochMs, to: EpochMs): DurationMs => milliseconds(to - from)

const UNITS = { ms: milliseconds, s: seconds, m: minutes, h: hours, d: days } as const

/** What {@link parseDuration} reads, for schemas. */
export const DURATION_PATTERN = '^\\d+(\\.\\d+)?(ms|s|m|h|d)$'
const duration = new RegExp(DURATION_PATTERN)

/** A span such as `10s`, `1.5h` or `250ms`; undefined when the text is none. */
export function parseDuration(text: string): DurationMs | undefined {
  const match = duration.exec(text.trim())
  if (!match) return undefined
  const [whole, , name] = match
  const unit = UNITS[name as keyof typeof UNITS]
  return milliseconds(Math.round(unit(Number.parseFloat(whole))))
}

/** The shortest text that {@link parseDuration} reads back as the same span. */
export function formatDuration(span: DurationMs): string {
  for (const name of ['d', 'h', 'm', 's'] as const) {
    const size = UNITS[name](1)
    if (span >= size && span % size === 0) return `${span / size}${name}`
  }
  return `${span}ms`
}

// RFC 3339: the zone is required, a space may stand for the T, the fraction has any length.
const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/

/**
 * An RFC 3339 instant with a zone, cut to the millisecond; undefined when the text is none
 * (no zone, 30 February, 25 o'clock). A leap second counts as the second after it.
 */
export function parseInstant(text: string): EpochMs | undefined {
  const match = RFC3339.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', zone] = match
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined
  // Not Date.UTC, which takes the years 0 to 99 for those of the twentieth century.
  const date = new Date(0).setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  if (new Date(date).getUTCDate() !== Number(day)) return undefined
  if (Number(month) < 1 || Number(month) > 12) return undefined
  const offset = zoneOffsetMinutes(zone as string)
  if (offset === undefined) return undefined
  const clock = (Number(hour) * 60 + Number(minute) - offset) * 60_000 + Number(second) * 1_000
  return epochMs(date + clock + Number(fraction.slice(0, 3).padEnd(3, '0')))
}

function zoneOffsetMinutes(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0
  const [hour, minute] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))]
  if (hour > 23 || minute > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hour * 60 + minute)
}

const DAY_MS = 86_400_000
const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'))
const THREE_DIGITS = Array.from({ length: 1_000 }, (_, n) => String(n).padStart(3, '0'))
/** Of the day that was written last, up to its hour. */
const written = { day: Number.NaN, text: '' }

/** `2026-11-23T08:00:00.000Z`: as a Date writes it, who takes more than twice as long for thousands of one day. */
export function formatInstant(at: EpochMs): string {
  const day = Math.floor(at / DAY_MS)
  if (day !== written.day || !Number.isInteger(at)) {
    const text = new Date(at).toISOString()
    written.text = text.slice(0, text.indexOf('T') + 1)
    written.day = day
    return text
  }
  const ms = at - day * DAY_MS
  const second = Math.floor(ms / 1_000)
  const minute = Math.floor(second / 60)
  const hour = Math.floor(minute / 60)
  return `${written.text}${TWO_DIGITS[hour]}:${TWO_DIGITS[minute % 60]}:${TWO_DIGITS[second % 60]}.${THREE_DIGITS[ms % 1_000]}Z`
}

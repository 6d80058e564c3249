const ZERO = 0x30
const Z = 0x5a
const PLUS = 0x2b
const MINUS = 0x2d
const DOT = 0x2e
const T = 0x54
const COLON = 0x3a

const QUICK_LENGTH_MIN = 20
/** `2026-11-23T08:00:00.000+08:00` */
export const QUICK_LENGTH_MAX = 29

const MONTH_DAYS = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * An RFC 3339 instant in the form nearly every device sends it, read straight from the bytes:
 * capital T, whole seconds or milliseconds, `Z` or a numeric zone. NaN for everything else, which
 * is then left to `parseInstant` to accept or refuse.
 */
export function quickInstant(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  if (length < QUICK_LENGTH_MIN || length > QUICK_LENGTH_MAX) return Number.NaN
  const century = twoDigits(bytes, start)
  const yearOfCentury = twoDigits(bytes, start + 2)
  const year = century * 100 + yearOfCentury
  const month = twoDigits(bytes, start + 5)
  const day = twoDigits(bytes, start + 8)
  const hour = twoDigits(bytes, start + 11)
  const minute = twoDigits(bytes, start + 14)
  const second = twoDigits(bytes, start + 17)
  if (yearOfCentury < 0 || year < 1970) return Number.NaN
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) {
    return Number.NaN
  }
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
    return Number.NaN
  }
  if (bytes[start + 4] !== MINUS || bytes[start + 7] !== MINUS) return Number.NaN
  if (bytes[start + 10] !== T) return Number.NaN
  if (bytes[start + 13] !== COLON || bytes[start + 16] !== COLON) return Number.NaN
  let millisecond = 0
  let zoneAt = start + 19
  if (bytes[zoneAt] === DOT) {
    const hundreds = (bytes[start + 20] as number) - ZERO
    const rest = twoDigits(bytes, start + 21)
    if (hundreds < 0 || hundreds > 9 || rest < 0) return Number.NaN
    millisecond = hundreds * 100 + rest
    zoneAt = start + 23
  }
  const clock = (hour * 3_600 + minute * 60 + second) * 1_000 + millisecond
  return daysSinceEpoch(year, month, day) * 86_400_000 + clock - quickZone(bytes, zoneAt, end)
}

/** The offset of the zone in ms; NaN unless it is `Z` or `±hh:mm` and ends the text. */
function quickZone(bytes: Uint8Array, start: number, end: number): number {
  const sign = bytes[start]
  if (sign === Z) return start + 1 === end ? 0 : Number.NaN
  if (start + 6 !== end || bytes[start + 3] !== COLON) return Number.NaN
  const hour = twoDigits(bytes, start + 1)
  const minute = twoDigits(bytes, start + 4)
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return Number.NaN
  const offset = (hour * 60 + minute) * 60_000
  if (sign === PLUS) return offset
  return sign === MINUS ? -offset : Number.NaN
}

/** -1 when one of the two is no decimal digit. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - ZERO
  const ones = (bytes[at + 1] as number) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

const daysOf = (year: number, month: number): number =>
  month === 2 && !isLeap(year) ? 28 : (MONTH_DAYS[month] as number)

/**
 * Days from 1970-01-01 in the Gregorian calendar: March opens the year, so that the leap day ends
 * it and the lengths of the months before it follow one line (Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms", days_from_civil).
 */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const dayOfYear = (((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) | 0) + day - 1
  const leapDays = ((y / 4) | 0) - ((y / 100) | 0) + ((y / 400) | 0)
  return y * 365 + leapDays + dayOfYear - 719_468
}

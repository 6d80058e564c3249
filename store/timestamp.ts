import { type EpochMs, epochMs } from '#model/time.ts'

// 2026-11-23 08:00:00.123456+00, and BC behind it before the year 1. Years have more than four
// digits from 10000 on; the zone has minutes where they are not 0.
const TIMESTAMP =
  /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?( BC)?$/

/** Reads a `timestamptz` as the server writes it, cut to the millisecond. */
export const parseTimestamp = (text: string): EpochMs => parsePlain(text) ?? parseAny(text)

const ZERO = '0'.charCodeAt(0)

/** The usual form, of this millennium and in UTC: `2026-11-23 08:00:00.123+00`. */
function parsePlain(text: string): EpochMs | undefined {
  const end = text.length - 3
  if (end < 19 || end > 23 || text[4] !== '-' || !text.endsWith('+00')) return undefined
  const two = (at: number): number =>
    (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO
  // A fraction ends with its last digit that is not 0.
  let fraction_ms = 0
  for (let at = 20, unit_ms = 100; at < end; at++, unit_ms /= 10) {
    fraction_ms += (text.charCodeAt(at) - ZERO) * unit_ms
  }
  const at = Date.UTC(
    two(0) * 100 + two(2),
    two(5) - 1,
    two(8),
    two(11),
    two(14),
    two(17),
    fraction_ms,
  )
  return two(0) < 1 ? undefined : epochMs(at)
}

function parseAny(text: string): EpochMs {
  const match = TIMESTAMP.exec(text)
  if (!match) return epochMs(text === 'infinity' ? Infinity : -Infinity)
  const [, year, month, day, hour, minute, second, fraction = '', sign, zoneHour, zoneMinute] =
    match
  const at = new Date(0)
  at.setUTCFullYear(
    match[11] === undefined ? Number(year) : 1 - Number(year),
    Number(month) - 1,
    Number(day),
  )
  at.setUTCHours(Number(hour), Number(minute), Number(second))
  const offset =
    (Number(zoneHour) * 60 + Number(zoneMinute ?? 0)) * (sign === '-' ? -60_000 : 60_000)
  return epochMs(at.getTime() - offset + Number(fraction.padEnd(3, '0').slice(0, 3)))
}

/** The same instant as a parameter. */
export const formatTimestamp = (at: EpochMs): string => new Date(at).toISOString()

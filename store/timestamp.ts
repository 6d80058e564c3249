import { type EpochMs, epochMs } from '#model/time.ts'

// 2026-11-23 08:00:00.123456+00, and BC behind it before the year 1. Years have more than four
// digits from 10000 on; the zone has minutes where they are not 0.
const TIMESTAMP =
  /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?( BC)?$/

/** Reads a `timestamptz` as the server writes it, cut to the millisecond. */
export function parseTimestamp(text: string): EpochMs {
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

import { days, type EpochMs, epochMs, minus, plus } from './time.ts'
import { type OffsetSpan, zoneOffsets } from './zone-offsets.ts'

/** Reads and writes the time that the clocks of a zone show. */
export interface WallClock {
  /** `2026-11-23 16:00:00` */
  format(at: EpochMs): string
  /**
   * The instant of such a text; undefined when it is none. Seconds may be missing, and a slash or one
   * digit may stand where spreadsheets put it. Where clocks are put back, the earlier one.
   */
  parse(text: string): EpochMs | undefined
}

const LOCAL =
  /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/

/** Longer than a zone keeps an offset that is worth finding by instants. */
const SPAN = days(366)

/** @throws Rejected `invalid-input` when there is no zone of that name */
export function wallClock(timeZone: string): WallClock {
  const offsetsIn = zoneOffsets(timeZone)
  const spans = new Map<number, readonly OffsetSpan[]>()

  function offsetAt(at: EpochMs): number {
    const year = Math.floor(at / SPAN)
    let found = spans.get(year)
    if (found === undefined) {
      found = offsetsIn(epochMs(year * SPAN), epochMs((year + 1) * SPAN))
      spans.set(year, found)
    }
    return found.find(({ until }) => at < until)?.offset ?? 0
  }

  return {
    format(at) {
      const shown = new Date(at + offsetAt(at)).toISOString()
      return `${shown.slice(0, 10)} ${shown.slice(11, 19)}`
    },
    parse(text) {
      const shown = shownMs(text.trim())
      if (shown === undefined) return undefined
      // A day to each side there is one offset or the other, whatever the clocks do between.
      const before = epochMs(shown - offsetAt(minus(shown, days(1))))
      if (before + offsetAt(before) === shown) return before
      const after = epochMs(shown - offsetAt(plus(shown, days(1))))
      return after
    },
  }
}

/** What the clocks show, as if it were UTC. */
function shownMs(text: string): EpochMs | undefined {
  const match = LOCAL.exec(text)
  if (!match) return undefined
  const [year, month, day, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0)) as [number, number, number, number?, number?, number?]
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined
  const at = new Date(0)
  at.setUTCFullYear(year, month - 1, day)
  if (at.getUTCDate() !== day) return undefined
  return epochMs(at.setUTCHours(hour, minute, second))
}

import { type CityDay, cityDay } from './city-day.ts'
import { days, type EpochMs, epochMs, minutes } from './time.ts'
import { zoneOffsets } from './zone-offsets.ts'

/** Minutes after midnight, 0 to 1440; `to` is not in it. */
export interface MinuteSpan {
  readonly from: number
  readonly to: number
}

/** A span of time; `until` is not in it. */
export interface InstantSpan {
  readonly from: EpochMs
  readonly until: EpochMs
}

const DAY = days(1)
const MINUTE = minutes(1)

/**
 * When the wall clock of a zone shows certain hours of a day: spans in their order that do not
 * touch, cut at `from` and `until`, which are whole seconds. Where the clocks are put forward the
 * hours left out are in none; where they are put back the hours shown twice are in twice.
 *
 * @param hoursOf of a day, in their order, without overlaps
 * @param timeZone a name of the IANA database
 * @throws Rejected `invalid-input` when there is no zone of that name
 */
export function wallClockSpans(
  hoursOf: (day: CityDay) => readonly MinuteSpan[],
  timeZone: string,
): (from: EpochMs, until: EpochMs) => readonly InstantSpan[] {
  const offsetsIn = zoneOffsets(timeZone)
  return (begin, end) => {
    const spans: InstantSpan[] = []
    for (const { from, until, offset } of offsetsIn(begin, end)) {
      const lastDay = Math.floor((until - 1 + offset) / DAY)
      for (let day = Math.floor((from + offset) / DAY); day <= lastDay; day++) {
        const midnight = day * DAY - offset
        for (const hours of hoursOf(cityDay(day))) {
          const start = epochMs(Math.max(midnight + hours.from * MINUTE, from))
          const stop = epochMs(Math.min(midnight + hours.to * MINUTE, until))
          if (start < stop) append(spans, start, stop)
        }
      }
    }
    return spans
  }
}

function append(spans: InstantSpan[], from: EpochMs, until: EpochMs): void {
  const last = spans.at(-1)
  if (last?.until === from) spans[spans.length - 1] = { from: last.from, until }
  else spans.push({ from, until })
}

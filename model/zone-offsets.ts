import { Rejected } from './error.ts'
import { days, type EpochMs, epochMs, milliseconds, seconds } from './time.ts'

/** A span over which the clocks of a zone keep their distance from UTC; `until` is not in it. */
export interface OffsetSpan {
  readonly from: EpochMs
  readonly until: EpochMs
  /** What the wall clock shows is the instant plus this, in milliseconds. */
  readonly offset: number
}

/** Far less than from one change of the clocks of a zone to the next. */
const STEP = days(1)
const SECOND = seconds(1)

/**
 * The spans that together make up `[from, until)`, which are whole seconds.
 *
 * @throws Rejected `invalid-input` when there is no zone of that name
 */
export function zoneOffsets(timeZone: string): (from: EpochMs, until: EpochMs) => OffsetSpan[] {
  const offsetAt = offsetReader(timeZone)

  /** The second from which the offset is no longer that of `from`, which it is not at `until`. */
  function changeBetween(from: EpochMs, until: EpochMs, offset: number): EpochMs {
    let [before, after] = [from / SECOND, until / SECOND]
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2)
      if (offsetAt(middle * SECOND) === offset) before = middle
      else after = middle
    }
    return epochMs(after * SECOND)
  }

  return (from, until) => {
    const spans: OffsetSpan[] = []
    let [begin, offset] = [from, offsetAt(from)]
    for (let seen = from; seen < until; ) {
      const next = epochMs(Math.min(seen + STEP, until))
      const later = offsetAt(next)
      if (later !== offset) {
        const change = changeBetween(seen, next, offset)
        spans.push({ from: begin, until: change, offset })
        begin = change
        offset = later
      }
      seen = next
    }
    if (begin < until) spans.push({ from: begin, until, offset })
    return spans
  }
}

function offsetReader(timeZone: string): (at: number) => number {
  const format = formatOf(timeZone)
  return (at) => {
    // `1/1/2026, GMT+08:00`; `GMT` alone is UTC, and before railways there were seconds.
    const [, sign, hour, minute, second = '0'] =
      /GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(format.format(at)) ?? []
    if (sign === undefined) return 0
    const size = (Number(hour) * 60 + Number(minute)) * 60 + Number(second)
    return milliseconds((sign === '-' ? -1 : 1) * size * SECOND)
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch (cause) {
    throw new Rejected('invalid-input', `there is no time zone ${timeZone}`, { cause })
  }
}

import { type DurationMs, days, type EpochMs, epochMs, hours } from '#model/time.ts'
import type { Eval } from './compilation.ts'
import type { Sample } from './fold.ts'
import { blankMemory } from './memory.ts'
import type { RecentReadings } from './recent-readings.ts'

/** Windows over the event time of one device's readings: of one reading and those before it. */

/** No window is longer: the readings in it are kept in memory for each device. */
export const LONGEST_WINDOW: DurationMs = days(1)

/** Functions over the values of one channel within a window, by name. */
export const CHANNEL_WINDOWS = ['rate', 'delta', 'min', 'max', 'mean'] as const
export type ChannelWindow = (typeof CHANNEL_WINDOWS)[number]

const HOUR_MS: number = hours(1)
/** Of a window, that the values must span before a change over it means anything. */
const SPANNED = 0.5

/** The value of a channel at the reading at hand, where it is a number. */
const numberOf = (values: Sample['values'], index: number): number | undefined => {
  const value = values[index]
  return typeof value === 'number' ? value : undefined
}

/**
 * `min`, `max` and `mean` of what was measured in the window, and its change from the first value to
 * the last: as it is (`delta`), or in an hour (`rate`). Unknown where the reading has no such value;
 * a change also until the values span half of the window.
 */
export function channelWindow(name: ChannelWindow, index: number, window: DurationMs): Eval {
  if (name === 'min') return least(index, window)
  if (name === 'max') return greatest(index, window)
  if (name === 'mean') return mean(index, window)
  return change(index, window, name === 'rate')
}

/** Two loops that are alike, for a comparison handed in costs more than all the rest. */
function least(index: number, window: DurationMs): Eval {
  return ({ measuredAt, values }, { recent }) => {
    let found = numberOf(values, index)
    if (found === undefined || recent === null) return found
    const offset = recent.columns.offsetOf(index)
    const after = measuredAt - window
    for (let back = recent.length - 1; back >= 0; back--) {
      if (recent.at(back) <= after) break
      const value = recent.numberAt(back, offset)
      if (value < found) found = value
    }
    return found
  }
}

function greatest(index: number, window: DurationMs): Eval {
  return ({ measuredAt, values }, { recent }) => {
    let found = numberOf(values, index)
    if (found === undefined || recent === null) return found
    const offset = recent.columns.offsetOf(index)
    const after = measuredAt - window
    for (let back = recent.length - 1; back >= 0; back--) {
      if (recent.at(back) <= after) break
      const value = recent.numberAt(back, offset)
      if (value > found) found = value
    }
    return found
  }
}

function mean(index: number, window: DurationMs): Eval {
  return ({ measuredAt: at, values }, { recent }) => {
    const now = numberOf(values, index)
    if (now === undefined || recent === null) return now
    const offset = recent.columns.offsetOf(index)
    let [sum, count] = [now, 1]
    for (let back = recent.length - 1; back >= 0; back--) {
      if (recent.at(back) <= at - window) break
      const value = recent.numberAt(back, offset)
      if (Number.isNaN(value)) continue
      sum += value
      count += 1
    }
    return sum / count
  }
}

function change(index: number, window: DurationMs, perHour: boolean): Eval {
  return ({ measuredAt: at, values }, { recent }) => {
    const now = numberOf(values, index)
    if (now === undefined || recent === null) return undefined
    const first = firstSince(recent, epochMs(at - window), index)
    if (!first || at - first.at < window * SPANNED) return undefined
    const moved = now - first.value
    return perHour ? (moved * HOUR_MS) / (at - first.at) : moved
  }
}

/** The first value of a channel after an instant; readings ascend. */
function firstSince(
  recent: RecentReadings,
  after: EpochMs,
  index: number,
): { readonly at: EpochMs; readonly value: number } | undefined {
  let [low, high] = [0, recent.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (recent.at(middle) <= after) low = middle + 1
    else high = middle
  }
  const offset = recent.columns.offsetOf(index)
  for (; low < recent.length; low++) {
    const value = recent.numberAt(low, offset)
    if (!Number.isNaN(value)) return { at: recent.at(low), value }
  }
  return undefined
}

// Conditions within `count` look at their own reading alone.
const NOTHING = blankMemory()

/** How many readings of the window a condition over their own channels was true at. */
export function countWindow(condition: Eval, window: DurationMs): Eval {
  return (sample, { recent }, binding) => {
    const now = condition(sample, NOTHING, binding)
    if (now === undefined) return undefined
    let count = now === true ? 1 : 0
    if (recent === null) return count
    for (let back = recent.length - 1; back >= 0; back--) {
      if (recent.at(back) <= sample.measuredAt - window) break
      if (condition(recent.show(back), NOTHING, binding) === true) count += 1
    }
    return count
  }
}

import type { EpochMs } from '#model/time.ts'
import type { BoundRule } from './bind-rule.ts'
import type { Sample } from './fold.ts'
import { blankMemory } from './memory.ts'

const BLANK: Sample = { measuredAt: 0 as EpochMs, seq: 0, values: [] }

/**
 * Whether readings without any of the rule's channels change nothing, so that its fold can do
 * without them. To a silence, a schedule, a window and a place every reading says something.
 */
export function hearsOnlyChannels(bound: BoundRule): boolean {
  const { silence, schedule, looksAtArrival, lookback, channels, when, clear, levels } = bound
  if (silence !== null || schedule !== null || looksAtArrival) return false
  if (lookback.window > 0 || lookback.areas.length > 0 || channels.length === 0) return false
  const conditions = [when, clear, ...levels.map((level) => level.when)]
  return conditions.every(({ test }) => test(BLANK, blankMemory(), bound) === undefined)
}

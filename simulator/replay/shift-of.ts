import { between, type DurationMs, type EpochMs, milliseconds } from '#model/time.ts'
import type { RecordingSurvey } from './survey-recording.ts'

/** How times are moved: not at all, to where now is, or by a span, which may be negative. */
export type Shift = 'none' | 'now' | DurationMs

/**
 * How far all times of a recording are to be moved. For `now`, at the speed it was recorded, the
 * first reading becomes now and the others follow; at any other speed the newest becomes now, so
 * that none lies in the future.
 */
export function shiftOf(
  shift: Shift,
  { firstAt, newestAt }: Pick<RecordingSurvey, 'firstAt' | 'newestAt'>,
  speed: number | null,
  now: EpochMs,
): DurationMs {
  if (shift === 'none') return milliseconds(0)
  if (shift !== 'now') return shift
  const mark = speed === 1 ? firstAt : newestAt
  return mark === undefined ? milliseconds(0) : between(mark, now)
}

import { type DurationMs, type EpochMs, epochMs, plus } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'

/** A clock that stands until it is moved. */
export function movingClock(start: EpochMs = epochMs(Date.parse('2026-11-23T08:00:00+08:00'))) {
  let now = start
  return {
    now: () => now,
    move(span: DurationMs): void {
      now = plus(now, span)
    },
  } satisfies Clock & { move(span: DurationMs): void }
}

import { Rejected } from '#model/error.ts'
import { type DurationMs, days, type EpochMs, epochMs, formatInstant } from '#model/time.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'

/**
 * `now`: so that it ends in the present; in real time it begins there. `scenario`: at the very
 * instant that the scenario names. Or any other instant.
 */
export type Start = 'now' | 'scenario' | EpochMs

/**
 * The instant at which a run begins in its own time. Where nobody says otherwise a run in real time
 * begins now, and any other at the hour of its scenario on the last day on which it ends before now.
 *
 * @throws Rejected('invalid-input') for one that lies ahead
 */
export function startOfRun(
  { start: planned, speed }: Pick<Scenario, 'start' | 'speed'>,
  duration: DurationMs,
  now: EpochMs,
  start: Start | undefined,
): EpochMs {
  if (start === 'now' || (start === undefined && speed === 1)) {
    // What takes as long as it lasts begins now; what takes no time, so long ago.
    const takes = speed === null ? 0 : duration / speed
    return epochMs(Math.min(now, Math.round(now + takes - duration)))
  }
  if (start === undefined) {
    return epochMs(planned + Math.floor((now - duration - planned) / days(1)) * days(1))
  }
  const wanted = start === 'scenario' ? planned : start
  if (wanted <= now) return wanted
  throw new Rejected(
    'invalid-input',
    `a run cannot begin in the future: ${formatInstant(wanted)} is after now`,
  )
}

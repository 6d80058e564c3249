import { type DurationMs, type EpochMs, seconds } from '#model/time.ts'
import type { BoundRule } from './bind-rule.ts'

const NEVER = Number.POSITIVE_INFINITY as EpochMs

/** When Wanmi was there to hear, from the first it knows of. */
export interface Presence {
  /**
   * The first instant at which the `span` before it was listened to without a break, and lies
   * wholly after `last`.
   */
  listenedSince(last: EpochMs, span: DurationMs): EpochMs
}

/** From when on a device is silent whose last reading was at `last`, if nothing comes. */
export function silentFrom(bound: BoundRule, limit: DurationMs, last: EpochMs): EpochMs {
  const { presence, schedule } = bound
  const from = presence.listenedSince(last, limit)
  if (schedule === null || from === NEVER || schedule.applies(from)) return from
  return schedule.stretchAt(from).until ?? NEVER
}

/**
 * A beat vouches for so long after it: for what came until the next one. Beats further apart are a
 * break: the process hung or was gone, or the database was away.
 */
export const BEAT_VOUCHES: DurationMs = seconds(15)

export interface Listened {
  readonly from: EpochMs
  /** The last beat. Null: still listening. */
  readonly to: EpochMs | null
}

/**
 * Presence from spans in which Wanmi listened, ascending. After a break devices have `grace` to come
 * back before their silence counts. What is before the first span is taken as listened to.
 */
export function presenceOf(spans: readonly Listened[], grace: DurationMs): Presence {
  const counted = spans
    .map(({ from, to }, index) => ({
      from: index === 0 ? Number.NEGATIVE_INFINITY : from + grace,
      to: to === null ? Number.POSITIVE_INFINITY : to + BEAT_VOUCHES,
    }))
    .filter(({ from, to }) => from < to)
  return {
    listenedSince(last, span) {
      // The last span is the usual one.
      let index = Math.max(0, counted.length - 1)
      while (index > 0 && (counted[index - 1] as { to: number }).to >= last + span) index--
      for (; index < counted.length; index++) {
        const { from, to } = counted[index] as { from: number; to: number }
        const until = Math.max(last, from) + span
        if (until <= to) return until as EpochMs
      }
      return NEVER
    },
  }
}

/** For series that nobody had to listen to, as in tests of rules. */
export const ALWAYS: Presence = {
  listenedSince: (last, span) => (last + span) as EpochMs,
}

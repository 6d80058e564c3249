import { type DurationMs, type EpochMs, milliseconds } from '#model/time.ts'
import type { Signal } from './signal.ts'

/** When something is out of order, and how badly, 0 to 1. */
export interface Span {
  readonly startedAt: EpochMs
  readonly endedAt: EpochMs
  readonly strength: number
}

/** How a quantity leaves its ordinary course. Works downwards as well as up. */
export interface Course {
  /** How far it gets before the span begins and after it ends: not yet wrong. */
  readonly short: number
  /** What it reaches at once as the span begins: wrong by any measure. */
  readonly beyond: number
  /** Where it ends up, for the strengths 0 and 1. */
  readonly peak: readonly [number, number]
  /** How long it takes to get near before the span, and to come back after it. */
  readonly lead: DurationMs
  readonly tail: DurationMs
}

const CLIMB = milliseconds(20_000)

export const spanAt = (spans: readonly Span[], at: EpochMs): Span | undefined =>
  spans.find((span) => at >= span.startedAt && at < span.endedAt)

/** The base signal, but in the spans and on the way to and from them. */
export function excursion(base: Signal, spans: readonly Span[], course: Course): Signal {
  if (spans.length === 0) return base
  const { short, beyond, lead, tail } = course
  const mixed = (from: number, to: number, share: number): number => from + (to - from) * share
  return (at) => {
    const ordinary = base(at)
    for (const span of spans) {
      if (at < span.startedAt - lead || at >= span.endedAt + tail) continue
      if (at < span.startedAt) return mixed(ordinary, short, 1 - (span.startedAt - at) / lead)
      if (at >= span.endedAt) return mixed(short, ordinary, (at - span.endedAt) / tail)
      const peak = mixed(course.peak[0], course.peak[1], span.strength)
      return mixed(beyond, peak, Math.min(1, (at - span.startedAt) / CLIMB))
    }
    return ordinary
  }
}

/** A course that sets in and ends at once: a lid that is pushed aside and put back. */
export const suddenly = (beyond: number, peak: readonly [number, number]): Course => ({
  short: 0,
  beyond,
  peak,
  lead: milliseconds(0),
  tail: milliseconds(0),
})

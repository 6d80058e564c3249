import { type DurationMs, type EpochMs, seconds } from '#model/time.ts'
import { type Listened, type Presence, presenceOf } from '#rules/silence.ts'

/** Beats further apart than this are a break: the process hung, or the database was away. */
const BREAK: DurationMs = seconds(15)

/**
 * Keeps book of when Wanmi listened: a span grows with each beat, and after a break a new one
 * begins. What was not listened to counts for nobody's silence.
 */
export class Listening implements Presence {
  readonly #grace: DurationMs
  readonly #spans: Listened[]
  #current: { readonly from: EpochMs; readonly to: EpochMs } | null = null
  #presence: Presence

  /** `before`: the spans of processes before this one, ascending. */
  constructor(before: readonly Listened[], grace: DurationMs) {
    this.#grace = grace
    this.#spans = [...before]
    this.#presence = presenceOf(this.#spans, grace)
  }

  /** The span that is listened in, to the last beat; null before the first. */
  get current(): { readonly from: EpochMs; readonly to: EpochMs } | null {
    return this.#current
  }

  /**
   * All that came until now was taken. A clock that was put back waits until it is where it was.
   */
  beat(now: EpochMs): void {
    const { to } = this.#current ?? { to: null }
    if (to !== null && now < to) return
    const from = to !== null && now - to <= BREAK ? (this.#current?.from ?? now) : now
    if (this.#current && from !== this.#current.from) this.#spans.push(this.#current)
    const isNew = this.#current?.from !== from
    this.#current = { from, to: now }
    if (isNew) this.#presence = presenceOf([...this.#spans, { from, to: null }], this.#grace)
  }

  listenedSince(last: EpochMs, span: DurationMs): EpochMs {
    return this.#presence.listenedSince(last, span)
  }
}

import { type DurationMs, type EpochMs, minus, plus } from '#model/time.ts'
import { BEAT_VOUCHES, type Listened, type Presence, presenceOf } from '#rules/silence.ts'
import { GROUP_HORIZON } from './group-work.ts'
import type { History } from './ports.ts'

/** Older breaks of listening explain no silence that is found today. */
const LISTENED_FOR: DurationMs = GROUP_HORIZON

/** From a first beat to the last. */
export interface Span {
  readonly from: EpochMs
  readonly to: EpochMs
}

/**
 * Keeps book of when Wanmi listened: a span grows with each beat, and after a break a new one
 * begins. What was not listened to counts for nobody's silence.
 */
export class Listening implements Presence {
  readonly #grace: DurationMs
  readonly #spans: Listened[]
  #current: Span | null = null
  #unsaved: Span | null = null
  /** The current span as far as it was written down. */
  #saved: Span | null = null
  #presence: Presence

  /** `before`: the spans of processes before this one, ascending. */
  constructor(before: readonly Listened[], grace: DurationMs) {
    this.#grace = grace
    this.#spans = [...before]
    this.#presence = presenceOf(this.#spans, grace)
  }

  /** Begins after what was written down of processes before this one. */
  static async open(
    history: Pick<History, 'listened'>,
    now: EpochMs,
    grace: DurationMs,
  ): Promise<Listening> {
    return new Listening(await history.listened(minus(now, LISTENED_FOR)), grace)
  }

  /** What is to be written with the next commit: what is found in it may rest on that. */
  get unsaved(): Span | null {
    return this.#unsaved
  }

  /** A commit wrote this. */
  saved(span: Span | null): void {
    if (span) this.#saved = span
    if (span === this.#unsaved) this.#unsaved = null
  }

  /** Sees a break as soon as anything happens after it, not only at the beat that ends it. */
  notice(now: EpochMs): void {
    if (!this.#current || now <= plus(this.#current.to, BEAT_VOUCHES)) return
    this.#spans.push(this.#current)
    this.#current = null
    this.#presence = presenceOf(this.#spans, this.#grace)
  }

  /**
   * All that came until now was taken. A clock that was put back waits until it is where it was.
   */
  beat(now: EpochMs): void {
    this.notice(now)
    if (this.#current && now < this.#current.to) return
    if (!this.#current) this.#forgetUnsaved()
    const isNew = this.#current === null
    this.#current = { from: this.#current?.from ?? now, to: now }
    this.#unsaved = this.#current
    const { from } = this.#current
    if (isNew) this.#presence = presenceOf([...this.#spans, { from, to: null }], this.#grace)
  }

  /** On what no commit wrote down nothing rests, and a process after this one will not know it. */
  #forgetUnsaved(): void {
    if (!this.#unsaved) return
    this.#spans.pop()
    if (this.#saved?.from === this.#unsaved.from) this.#spans.push(this.#saved)
  }

  listenedSince(last: EpochMs, span: DurationMs): EpochMs {
    return this.#presence.listenedSince(last, span)
  }
}

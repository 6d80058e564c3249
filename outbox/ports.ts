import type { DurationMs, EpochMs } from '#model/time.ts'

/** What the outbox needs of the rest of Wanmi, in its own words. */

/** Something that happened to a case, from rows that are never rewritten. */
export interface NoticedEvent {
  readonly id: string
  readonly sequence: number
  readonly at: EpochMs
  readonly type: string
  readonly actorName: string
  readonly actorRole: string
  readonly origin: string
  readonly reason: string | null
  readonly detail: Readonly<Record<string, unknown>>
  readonly changes: Readonly<Record<string, unknown>>
  /** The case as it was right after the event. */
  readonly caseThen: Readonly<Record<string, unknown>>
}

/** A delivery that nobody else sends before the claim runs out. */
export interface Claimed {
  /** Whose claim it is: nothing is settled with one that has run out and was taken by another. */
  readonly claim: string
  readonly hookId: string
  readonly url: string
  /** That of now first. */
  readonly secrets: readonly string[]
  /** When the hook was last changed: a new address or an end of disabling gives new patience. */
  readonly hookChangedAt: EpochMs
  readonly caseId: string
  readonly event: NoticedEvent
  /** So far. */
  readonly attempts: number
  readonly firstAttemptAt: EpochMs | null
}

export interface ClaimRequest {
  readonly now: EpochMs
  /** From when on others may send what is claimed now. */
  readonly until: EpochMs
  /** Most deliveries of one hook under way, and how many are. */
  readonly perHook: number
  readonly busy: ReadonlyMap<string, number>
}

interface Tried {
  readonly at: EpochMs
  /** Of HTTP; null when nothing answered. */
  readonly status: number | null
}

/** What came of an attempt. */
export type Outcome = Tried &
  (
    | { readonly state: 'delivered' }
    | { readonly state: 'pending'; readonly error: string; readonly retryAt: EpochMs }
    | { readonly state: 'dead'; readonly error: string }
  )

/** Where deliveries are kept. `Unavailable` while the database is away. */
export interface Outbox {
  /** The heads of lanes that are due: of a case and a hook never two at a time. */
  claim(request: ClaimRequest): Promise<readonly Claimed[]>
  /** False: the claim had run out, and somebody else has it or had it. */
  settle(claimed: Claimed, outcome: Outcome): Promise<boolean>
  /**
   * The clock is behind what it was: what was never tried is due now, and so is what is claimed for
   * longer than until then.
   */
  bringForward(now: EpochMs, until: EpochMs): Promise<void>
  /** Gives back what was not tried after all. */
  release(claimed: Claimed, now: EpochMs): Promise<void>
  /** Sends nothing more to a hook, and tells why. */
  disable(hookId: string, because: string, now: EpochMs): Promise<void>
}

export interface Notice {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What answered, or why nothing did. */
export interface Answer {
  readonly status: number | null
  /** The beginning of the body, or why there was no answer. */
  readonly text: string
  /** As the other system wrote it. */
  readonly retryAfter: string | null
}

/** Posts a notice. Never fails: what goes wrong is in the answer. */
export type Send = (notice: Notice, signal: AbortSignal) => Promise<Answer>

export interface RetryPolicy {
  readonly first: DurationMs
  readonly longest: DurationMs
  /** From the first attempt, or the last change of the hook, to the last. */
  readonly giveUpAfter: DurationMs
}

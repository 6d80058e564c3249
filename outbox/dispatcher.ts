import { messageOf } from '#model/error.ts'
import { type DurationMs, type EpochMs, milliseconds, plus, seconds } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { caseNotice } from './cloud-event.ts'
import type { Answer, Claimed, Outbox, Outcome, RetryPolicy, Send } from './ports.ts'
import { signedNotice } from './signature.ts'
import { isGone, verdictOf } from './verdict.ts'

export interface DispatcherParts {
  readonly outbox: Outbox
  readonly send: Send
  readonly clock: Clock
  readonly log: Logger
  /** The `source` of every notice. */
  readonly source: string
  readonly retry: RetryPolicy
  /** Most notices under way to one hook. */
  readonly perHook: number
  /** Longer than any attempt: after it, somebody else may send what was claimed. */
  readonly lease: DurationMs
  /** Hears of each attempt that was noted. */
  readonly onAttempt?: (outcome: Outcome) => void
}

/** What is under way when it is stopped may take so long to end. */
const STOPPING = seconds(5)

/**
 * Sends what the outbox holds. Several, of several processes, share one outbox: a delivery is claimed
 * for a while before it is sent and noted after it, so that whichever of them dies at whatever
 * moment, another sends it again and none is lost.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts
  /** Deliveries under way, by hook. */
  readonly #busy = new Map<string, number>()
  readonly #underWay = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  #isStopped = false
  #round: Promise<void> | undefined
  #isRoundAsked = false
  /** By the clock, of the last claim. The one of a process before this may have been ahead. */
  #claimedAt: EpochMs | undefined

  constructor(parts: DispatcherParts) {
    this.#parts = parts
  }

  /**
   * Claims what is due and begins to send it. Resolves when everything claimed is on its way.
   *
   * @throws Unavailable when the database is away
   */
  round(): Promise<void> {
    if (this.#isStopped) return Promise.resolve()
    if (this.#round) this.#isRoundAsked = true
    this.#round ??= this.#rounds()
    return this.#round
  }

  /** Has a round made soon, because something may be due. */
  poke(): void {
    this.round().catch((error: unknown) => {
      this.#parts.log.debug({ reason: messageOf(error) }, 'notices wait for the database')
    })
  }

  /** Resolves when nothing is under way and nothing more is due. */
  async idle(): Promise<void> {
    while (this.#round || this.#underWay.size > 0) {
      await Promise.allSettled([this.#round, ...this.#underWay])
    }
  }

  /** Claims nothing more, and waits a while for what is under way before it breaks it off. */
  async stop(within: DurationMs = STOPPING): Promise<void> {
    this.#isStopped = true
    const timer = setTimeout(() => this.#stopping.abort(), within)
    await this.idle()
    clearTimeout(timer)
  }

  async #rounds(): Promise<void> {
    try {
      do {
        this.#isRoundAsked = false
        await this.#claim()
      } while (this.#isRoundAsked && !this.#isStopped)
    } finally {
      this.#round = undefined
    }
  }

  async #claim(): Promise<void> {
    const { outbox, clock, lease, perHook } = this.#parts
    const now = clock.now()
    const until = plus(now, lease)
    if (this.#claimedAt === undefined || now < this.#claimedAt) {
      await outbox.bringForward(now, until)
    }
    this.#claimedAt = now
    const claimed = await outbox.claim({ now, until, perHook, busy: this.#busy })
    for (const each of claimed) {
      this.#count(each.hookId, 1)
      const work = this.#deliver(each).finally(() => {
        this.#count(each.hookId, -1)
        this.#underWay.delete(work)
        this.poke()
      })
      this.#underWay.add(work)
    }
  }

  #count(hookId: string, change: number): void {
    const count = (this.#busy.get(hookId) ?? 0) + change
    if (count > 0) this.#busy.set(hookId, count)
    else this.#busy.delete(hookId)
  }

  async #deliver(claimed: Claimed): Promise<void> {
    const { log } = this.#parts
    const where = { webhook: claimed.hookId, event: claimed.event.id }
    try {
      const answer = await this.#attempt(claimed)
      await this.#note(claimed, answer)
    } catch (error) {
      // The claim runs out, and the notice is sent again.
      log.warn({ ...where, reason: messageOf(error) }, 'what came of a notice could not be noted')
    }
  }

  #attempt(claimed: Claimed): Promise<Answer> {
    const { send, clock, source } = this.#parts
    const { event, url, secrets } = claimed
    const body = caseNotice(event, source)
    const notice = signedNotice({ url, id: event.id, at: clock.now(), body, secrets })
    return send(notice, this.#stopping.signal)
  }

  async #note(claimed: Claimed, answer: Answer): Promise<void> {
    const { outbox, clock, retry, log, onAttempt } = this.#parts
    const now = clock.now()
    // Broken off by ourselves: nothing is known against the other system.
    if (answer.status === null && this.#stopping.signal.aborted) {
      await outbox.release(claimed, now)
      return
    }
    const where = { webhook: claimed.hookId, event: claimed.event.id }
    if (isGone(answer)) {
      await outbox.disable(claimed.hookId, 'the other system answered 410 Gone', now)
      log.warn(where, 'a webhook was disabled: the other system answered 410 Gone')
    }
    const outcome = verdictOf(answer, claimed, now, retry)
    if (!(await outbox.settle(claimed, outcome))) return
    onAttempt?.(outcome)
    if (outcome.state === 'delivered') return
    const told = { ...where, attempts: claimed.attempts + 1, reason: outcome.error }
    if (outcome.state === 'dead') log.warn(told, 'a notice was given up')
    else log.debug(told, 'a notice will be sent again')
  }
}

/** So long is a claim good for, where an attempt ends after a time. */
export const leaseFor = (timeout: DurationMs): DurationMs => milliseconds(timeout + LEASE_MARGIN)

/** For what comes before and after the attempt itself. When it is not enough, a notice comes twice. */
const LEASE_MARGIN = seconds(5)

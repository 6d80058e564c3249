import { type DurationMs, type EpochMs, epochMs, milliseconds, plus, seconds } from '#model/time.ts'
import { backoff } from '#runtime/backoff.ts'
import type { Answer, Claimed, Outcome, RetryPolicy } from './ports.ts'

const GONE = 410
/** Doubling so often reaches any longest pause. */
const DOUBLINGS_MAX = 40

export const isDelivered = ({ status }: Answer): boolean =>
  status !== null && status >= 200 && status < 300

/** The other system says that it will never take anything again. */
export const isGone = ({ status }: Answer): boolean => status === GONE

/** Why a notice was not taken, in words. */
export function errorOf({ status, text }: Answer): string {
  if (status === null) return text
  const what = status >= 300 && status < 400 ? `HTTP ${status}, and no redirect is followed` : ''
  return [what || `HTTP ${status}`, text].filter((part) => part !== '').join(': ')
}

/**
 * What becomes of a delivery after an answer at `now`. It is tried again ever more rarely, not before
 * the other system asked, and once more when its time is up.
 */
export function verdictOf(
  answer: Answer,
  tried: Pick<Claimed, 'attempts' | 'firstAttemptAt' | 'hookChangedAt'>,
  now: EpochMs,
  policy: RetryPolicy,
): Outcome {
  const { status } = answer
  if (isDelivered(answer)) return { state: 'delivered', at: now, status }
  const error = errorOf(answer)
  // It stays as it is until somebody enables the hook again.
  if (isGone(answer)) return { state: 'pending', at: now, status, error, retryAt: now }
  const since = epochMs(Math.max(tried.firstAttemptAt ?? now, tried.hookChangedAt))
  const giveUpAt = plus(since, policy.giveUpAfter)
  if (now >= giveUpAt) return { state: 'dead', at: now, status, error }
  const pause = Math.max(pauseAfter(tried.attempts, policy), askedPause(answer.retryAfter, now))
  const retryAt = epochMs(Math.min(now + pause, giveUpAt))
  return { state: 'pending', at: now, status, error, retryAt }
}

function pauseAfter(attempts: number, { first, longest }: RetryPolicy): DurationMs {
  const pauses = backoff({ first, longest })
  return pauses.drop(Math.min(attempts, DOUBLINGS_MAX)).next().value ?? longest
}

/** Of a Retry-After: seconds, or an HTTP date. 0 where it is neither. */
function askedPause(retryAfter: string | null, now: EpochMs): DurationMs {
  if (retryAfter === null) return milliseconds(0)
  if (/^\d{1,9}$/.test(retryAfter)) return seconds(Number(retryAfter))
  const at = Date.parse(retryAfter)
  return milliseconds(Number.isNaN(at) ? 0 : Math.max(0, at - now))
}

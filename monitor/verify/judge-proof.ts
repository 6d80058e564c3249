import type { Phase, Truth } from '#model/explanation.ts'
import { type DurationMs, type EpochMs, plus } from '#model/time.ts'

/** A reading after feedback that says something of what the rule is about. */
export interface Spoken {
  readonly measuredAt: EpochMs
}

/** What is known of one device since a department said that all is well again. */
export interface Since {
  readonly fedBackAt: EpochMs
  /** How long readings must stay good. */
  readonly verify: DurationMs
  /** The longest silence across which they count as good. */
  readonly gap: DurationMs
  /** Measured after feedback, ascending. */
  readonly readings: readonly Spoken[]
  /** Of the rule at the last of them; null where it is not applied to the device any more. */
  readonly phase: Phase | null
  /** Of its condition at the last of them; null for a rule of silence. */
  readonly condition: Truth | null
  /** When the last episode ended that touches the time after feedback; null: there is none. */
  readonly lastEndedAt: EpochMs | null
  /** An episode began after feedback. */
  readonly hasRelapsed: boolean
}

export const VERDICTS = ['good', 'bad', 'silent', 'wait'] as const
export type Verdict = (typeof VERDICTS)[number]

export interface Judgement {
  readonly verdict: Verdict
  /** The readings it rests on: the first and the last of the span, and how many there are. */
  readonly from: EpochMs | null
  readonly to: EpochMs | null
  readonly readings: number
}

const QUIET_PHASES: readonly (Phase | null)[] = ['quiet', 'cooling', 'heard']

/**
 * Good: readings without a gap over the whole span, in which the rule found nothing. Bad: it finds
 * the same still, or again. Silent: nothing came for longer than would have been needed, or nothing
 * that says anything. Whatever is not decided yet waits; time alone never makes it good.
 */
export function judgeProof(since: Since, now: EpochMs): Judgement {
  const { readings, phase, condition, hasRelapsed, verify, gap, fedBackAt } = since
  const last = readings.at(-1)
  const patience = plus(plus(fedBackAt, verify), gap)
  if (!last) return now > patience ? judged('silent', []) : judged('wait', [])
  if (hasRelapsed) return judged('bad', readings)
  if (phase === 'active' && condition === 'true') return judged('bad', [last])
  const good = QUIET_PHASES.includes(phase) ? goodSpan(since) : []
  const [first] = good
  if (first && good.length > 1 && last.measuredAt - first.measuredAt >= verify) {
    return judged('good', good)
  }
  const isLost = now > patience && now - last.measuredAt > verify + gap
  return isLost ? judged('silent', readings) : judged('wait', good)
}

/** The last readings between which there is no gap, since whatever was wrong ended. */
function goodSpan({ readings, gap, lastEndedAt }: Since): readonly Spoken[] {
  const after = readings.filter(({ measuredAt }) => measuredAt >= (lastEndedAt ?? 0))
  const begin = after.findLastIndex(
    ({ measuredAt }, index) => index > 0 && measuredAt - (after[index - 1]?.measuredAt ?? 0) > gap,
  )
  return begin < 0 ? after : after.slice(begin)
}

const judged = (verdict: Verdict, readings: readonly Spoken[]): Judgement => ({
  verdict,
  from: readings[0]?.measuredAt ?? null,
  to: readings.at(-1)?.measuredAt ?? null,
  readings: readings.length,
})

/** Of several devices of one case: bad as soon as one is, good when all are. */
export function joinVerdicts(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('bad')) return 'bad'
  if (verdicts.length > 0 && verdicts.every((each) => each === 'good')) return 'good'
  if (verdicts.includes('wait')) return 'wait'
  return 'silent'
}

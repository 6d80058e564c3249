import type { RefusedMessage } from './findings.ts'
import { during, holdOf, type Judgement, type JudgeOptions, type Outcome } from './judge.ts'
import { instant, isClockFault, type TrueCity } from './true-city.ts'

/** Why a true phenomenon was not found; the first that is so. */
export const WHY_MISSED = {
  'no-device': 'not observable: no device is near',
  'no-reading': 'not observable: the device took no reading while it was so',
  'no-rule': 'no rule looks for it',
  lost: 'readings were taken, but too few of them were ever sent',
  quarantined: 'readings of that time were refused and are in the quarantine',
  'too-brief':
    'over, or the run was, before the device had taken readings for as long as the rule asks',
  rule: 'the readings were there: the rule did not see it in them',
} as const
export type WhyMissed = keyof typeof WHY_MISSED

/** What nobody could have seen is held against nobody. */
export const UNOBSERVABLE: readonly WhyMissed[] = ['no-device', 'no-reading']

/** @param quarantine of the device of the phenomenon */
export function whyMissed(
  { truth }: Outcome,
  rule: { readonly id: string } | undefined,
  quarantine: readonly RefusedMessage[],
  options: JudgeOptions,
): WhyMissed {
  if (truth.deviceId === null || truth.unseen === 'no-device') return 'no-device'
  if (truth.unseen === 'asleep' || truth.measured === 0) return 'no-reading'
  if (!rule) return 'no-rule'
  const interval_ms = options.interval_ms(truth.deviceId)
  const hold_ms = holdOf(rule.id, options.rules)
  // A hold is reached by a reading so long after the first.
  const needed = truth.isInstant ? 1 : 1 + Math.ceil(hold_ms / interval_ms)
  if (truth.sent < needed && truth.sent < truth.measured) return 'lost'
  const slack_ms = interval_ms + hold_ms
  if (quarantine.some((message) => isOf(message, truth, slack_ms, options.city))) {
    return 'quarantined'
  }
  return truth.measured < needed ? 'too-brief' : 'rule'
}

/** Whether a refused message is of that time. By a clock that is off, nobody can tell: it may be. */
function isOf(
  { deviceId, measuredAt_ms, receivedAt }: RefusedMessage,
  span: { readonly from: number; readonly to: number },
  slack_ms: number,
  city: TrueCity,
): boolean {
  const lies = (at: number): boolean => at >= span.from - slack_ms && at < span.to + slack_ms
  if (measuredAt_ms.some(lies)) return true
  const clock = during(city.faultsOf(deviceId).filter(isClockFault), span, 0)
  if (clock && measuredAt_ms.length > 0) return true
  // Only in real time is it received when it was measured.
  return measuredAt_ms.length === 0 && city.run.speed === 1 && lies(instant(receivedAt))
}

/**
 * Why an episode tells of nothing true, as far as the truth knows: `incident: cover-work`,
 * `fault: stuck`, or `rule`. First comes an incident that looks like something to a rule and is
 * nothing any rule looks for, then a fault of the device, then any other incident there.
 */
export function whyFalse(judgement: Judgement, { city, rules, interval_ms }: JudgeOptions): string {
  const { deviceId, ruleId } = judgement.episode
  const slack_ms = interval_ms(deviceId) + holdOf(ruleId, rules)
  const incidents = city.incidentsAt(deviceId)
  const lookalikes = incidents.filter(
    ({ phenomena }) => !rules.some(({ phenomenon }) => phenomena.includes(phenomenon)),
  )
  const lookalike = during(lookalikes, judgement, slack_ms)
  if (lookalike) return `incident: ${lookalike.name}`
  const faults = city.faultsOf(deviceId)
  const fault = during(faults, judgement, slack_ms) ?? faults.find(isClockFault)
  if (fault) return `fault: ${fault.name}`
  const incident = during(incidents, judgement, slack_ms)
  return incident ? `incident: ${incident.name}` : 'rule'
}

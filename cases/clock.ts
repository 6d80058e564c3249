import type { Case, CaseDuty } from '#model/case.ts'
import { type CaseState, STATE_FACTS } from '#model/case-state.ts'
import type { FilingPolicy, LimitedDuty } from '#model/filing-policy.ts'
import type { Limit } from '#model/limit.ts'
import { type EpochMs, epochMs, milliseconds } from '#model/time.ts'
import type { CaseMoment } from './case-world.ts'
import { addUnitTime, deadlineAfter, unitTimeBetween } from './time/deadline.ts'
import type { WorkTime } from './time/work-time.ts'

/** What is to be done in a state, within a limit; null where no clock runs. */
export const DUTY_OF: Readonly<Record<CaseState, Exclude<CaseDuty, 'case'> | null>> = {
  reported: 'accept',
  verifying: 'verify',
  accepted: 'file',
  filed: 'dispatch',
  dispatched: 'handle',
  handling: 'handle',
  parked: null,
  'fed-back': 'check',
  checking: 'check',
  checked: 'close',
  closed: null,
  rejected: null,
  voided: null,
  withdrawn: null,
  merged: null,
}

type StageClock = Pick<Case, 'deadlineAt' | 'soonAt' | 'deadlineMark'>

const STOPPED: StageClock = { deadlineAt: null, soonAt: null, deadlineMark: 'none' }

/** The limit of handling: the city's for the condition, else the condition's own. */
export const handleLimit = ({ limit }: Pick<Case, 'limit'>, policy: FilingPolicy): Limit | null =>
  policy.handleLimit ?? limit

/** When so much of the limit from `from` to a deadline is used up that it is soon overdue. */
export function soonBefore(
  from: EpochMs,
  deadlineAt: EpochMs,
  { unit }: Limit,
  soonShare: number,
  time: WorkTime,
): EpochMs {
  const whole = unitTimeBetween(from, deadlineAt, unit, time)
  return addUnitTime(from, milliseconds(Math.max(0, Math.floor(whole * soonShare))), unit, time)
}

const policyOf = (current: Case, { world }: CaseMoment): FilingPolicy =>
  world.policyOf(current.kind, current.condition)

/** A clock that starts now for a duty that the city limits. */
function limited(current: Case, duty: LimitedDuty, moment: CaseMoment): StageClock {
  const policy = policyOf(current, moment)
  const { now, world } = moment
  const deadlineAt = deadlineAfter(now, policy.limits[duty], world.time)
  const soonAt = soonBefore(now, deadlineAt, policy.limits[duty], policy.soonShare, world.time)
  return { deadlineAt, soonAt, deadlineMark: 'none' }
}

/** The clock of handling, which is the one the case carries along. */
function handling(current: Case, from: EpochMs, moment: CaseMoment): StageClock {
  const { handleDeadlineAt } = current
  const policy = policyOf(current, moment)
  const limit = handleLimit(current, policy)
  if (handleDeadlineAt === null || limit === null) return STOPPED
  const soonAt = soonBefore(from, handleDeadlineAt, limit, policy.soonShare, moment.world.time)
  return { deadlineAt: handleDeadlineAt, soonAt, deadlineMark: markAt(handleDeadlineAt, moment) }
}

const markAt = (deadlineAt: EpochMs, { now }: CaseMoment): Case['deadlineMark'] =>
  now > deadlineAt ? 'overdue' : 'none'

/** What a case is when it goes into a state: its clock, and what it left undone in time. */
export function enter(current: Case, state: CaseState, moment: CaseMoment): Partial<Case> {
  const duty = DUTY_OF[state]
  const late = lateBy(current, moment.now)
  const base = { state, stateSince: moment.now, ...late }
  // Started, or sent to be checked: what has to be done in time is the same as before.
  const goesOn = current.version > 0 && duty === DUTY_OF[current.state]
  if (goesOn && duty !== null && duty !== 'handle') return base
  if (duty === null) return { ...base, ...STOPPED }
  if (duty === 'handle') return { ...base, ...handling(current, moment.now, moment) }
  return { ...base, ...limited(current, duty, moment) }
}

/** What is added to the duties done late when what is to be done now is left now. */
export function lateBy(
  { state, deadlineAt, lateDuties }: Case,
  now: EpochMs,
): Pick<Case, 'lateDuties'> | Record<string, never> {
  const duty = DUTY_OF[state]
  if (duty === null || deadlineAt === null || now <= deadlineAt) return {}
  return lateDuties.includes(duty) ? {} : { lateDuties: [...lateDuties, duty] }
}

/** The deadline of handling and the clocks that hang on it, for one that starts now. */
export function startHandling(current: Case, moment: CaseMoment): Partial<Case> {
  const limit = handleLimit(current, policyOf(current, moment))
  const handleDeadlineAt = limit && deadlineAfter(moment.now, limit, moment.world.time)
  const originalDeadlineAt = current.originalDeadlineAt ?? handleDeadlineAt
  return { handleDeadlineAt, originalDeadlineAt }
}

/** The deadline of handling moved to another instant, with the clock of the stage. */
export function moveHandling(
  current: Case,
  handleDeadlineAt: EpochMs | null,
  moment: CaseMoment,
): Partial<Case> {
  const moved = { ...current, handleDeadlineAt }
  const from = current.dispatchedAt ?? current.stateSince
  return { handleDeadlineAt, ...handling(moved, from, moment) }
}

const CHAIN = ['accept', 'file', 'dispatch', 'handle', 'check', 'close'] as const

/**
 * The deadline of the whole case: the limits of all stages one after the other, from the report on;
 * null where handling has no limit.
 */
export function wholeCase(current: Case, moment: CaseMoment): Partial<Case> {
  const policy = policyOf(current, moment)
  const handle = handleLimit(current, policy)
  if (handle === null) return { caseDeadlineAt: null, caseSoonAt: null, caseDeadlineMark: 'none' }
  let at = current.reportedAt
  for (const duty of CHAIN) {
    at = deadlineAfter(at, duty === 'handle' ? handle : policy.limits[duty], moment.world.time)
  }
  return moveCase(current, at, moment)
}

/** The deadline of the whole case moved to another instant. */
export function moveCase(
  current: Case,
  caseDeadlineAt: EpochMs | null,
  moment: CaseMoment,
): Partial<Case> {
  const policy = policyOf(current, moment)
  const limit = handleLimit(current, policy)
  if (caseDeadlineAt === null || limit === null) {
    return { caseDeadlineAt, caseSoonAt: null, caseDeadlineMark: 'none' }
  }
  const { time } = moment.world
  const caseSoonAt = soonBefore(current.reportedAt, caseDeadlineAt, limit, policy.soonShare, time)
  return { caseDeadlineAt, caseSoonAt, caseDeadlineMark: markAt(caseDeadlineAt, moment) }
}

/** When the flow has to look at a case by itself; null: never. */
export function nextAlarm(current: Case): EpochMs | null {
  if (STATE_FACTS[current.state].isOver) return null
  if (current.state === 'parked') return current.parkedUntil
  const dues = [
    dueOf(current.soonAt, current.deadlineAt, current.deadlineMark),
    dueOf(current.caseSoonAt, current.caseDeadlineAt, current.caseDeadlineMark),
  ].filter((at) => at !== null)
  return dues.length === 0 ? null : epochMs(Math.min(...dues))
}

/** A deadline is kept to the last millisecond of it: overdue is the one after. */
function dueOf(
  soonAt: EpochMs | null,
  deadlineAt: EpochMs | null,
  mark: Case['deadlineMark'],
): EpochMs | null {
  if (deadlineAt === null || mark === 'overdue') return null
  return mark === 'none' && soonAt !== null ? soonAt : epochMs(deadlineAt + 1)
}

import { type CaseStep, inTurn, step } from '#cases/case-step.ts'
import type { CaseMoment } from '#cases/case-world.ts'
import { DUTY_OF } from '#cases/clock.ts'
import type { Case, CaseDuty } from '#model/case.ts'
import type { EpochMs } from '#model/time.ts'
import { resume } from './extending.ts'

/**
 * What the clock has to say of a case whose alarm is due: soon overdue, overdue, urged for it, or
 * going on after it was parked. Nothing is said twice, however late it is asked.
 */
export function alarm(current: Case, moment: CaseMoment): readonly CaseStep[] {
  if (current.nextAlarmAt === null || current.nextAlarmAt > moment.now) return []
  if (current.state === 'parked') {
    return current.parkedUntil === null || current.parkedUntil > moment.now
      ? []
      : resume(current, null, current.parkedUntil, moment)
  }
  return inTurn(
    current,
    (now) => stageAlarm(now, moment),
    (now) => urging(current, now, moment),
    (now) => caseAlarm(now, moment),
  )
}

function stageAlarm(current: Case, moment: CaseMoment): CaseStep | null {
  const { deadlineAt, soonAt, deadlineMark, lateDuties } = current
  const mark = markDue(deadlineAt, soonAt, deadlineMark, moment.now)
  if (mark === null || deadlineAt === null) return null
  const duty = DUTY_OF[current.state]
  const late = mark === 'overdue' && duty !== null ? withDuty(lateDuties, duty) : lateDuties
  return step(current, mark === 'overdue' ? 'overdue' : 'soon-overdue', moment, {
    bySystem: true,
    detail: { duty: 'stage', dueAt: deadlineAt },
    changes: { deadlineMark: mark, ...(late !== lateDuties && { lateDuties: late }) },
  })
}

function caseAlarm(current: Case, moment: CaseMoment): CaseStep | null {
  const { caseDeadlineAt, caseSoonAt, caseDeadlineMark, lateDuties } = current
  const mark = markDue(caseDeadlineAt, caseSoonAt, caseDeadlineMark, moment.now)
  if (mark === null || caseDeadlineAt === null) return null
  const late = mark === 'overdue' ? withDuty(lateDuties, 'case') : lateDuties
  return step(current, mark === 'overdue' ? 'overdue' : 'soon-overdue', moment, {
    bySystem: true,
    detail: { duty: 'case', dueAt: caseDeadlineAt },
    changes: { caseDeadlineMark: mark, ...(late !== lateDuties && { lateDuties: late }) },
  })
}

/** A department that has just become late is urged, where the policy says so. */
function urging(before: Case, current: Case, moment: CaseMoment): CaseStep | null {
  const isNews = before.deadlineMark !== 'overdue' && current.deadlineMark === 'overdue'
  const { urgeOnTimeout } = moment.world.policyOf(current.kind, current.condition)
  if (!isNews || !urgeOnTimeout || DUTY_OF[current.state] !== 'handle') return null
  return step(current, 'urged', moment, {
    bySystem: true,
    detail: { urgedBy: 'timeout' },
    changes: { urgings: current.urgings + 1 },
  })
}

function markDue(
  deadlineAt: EpochMs | null,
  soonAt: EpochMs | null,
  mark: Case['deadlineMark'],
  now: EpochMs,
): 'soon' | 'overdue' | null {
  if (deadlineAt === null || mark === 'overdue') return null
  if (now > deadlineAt) return 'overdue'
  return mark === 'none' && soonAt !== null && now >= soonAt ? 'soon' : null
}

const withDuty = (duties: readonly CaseDuty[], duty: CaseDuty): readonly CaseDuty[] =>
  duties.includes(duty) ? duties : [...duties, duty]

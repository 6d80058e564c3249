import { type CaseStep, step } from '#cases/case-step.ts'
import type { CaseMoment } from '#cases/case-world.ts'
import { enter } from '#cases/clock.ts'
import { refuse } from '#cases/refusal.ts'
import type { Case } from '#model/case.ts'
import type { CaseCommandOf } from '#model/case-command.ts'
import type { CaseState } from '#model/case-state.ts'
import { days, plus } from '#model/time.ts'

type Steps = readonly CaseStep[]

export const voidCase = (
  current: Case,
  command: CaseCommandOf<'void'>,
  moment: CaseMoment,
): Steps => [
  step(current, 'voided', moment, {
    reason: command.reason,
    changes: { ...enter(current, 'voided', moment), request: null, watch: null, parkedUntil: null },
  }),
]

export const urge = (current: Case, command: CaseCommandOf<'urge'>, moment: CaseMoment): Steps => [
  step(current, 'urged', moment, {
    reason: command.reason,
    detail: { urgedBy: command.by },
    changes: { urgings: current.urgings + 1 },
  }),
]

export function markKey(
  current: Case,
  command: CaseCommandOf<'mark-key'>,
  moment: CaseMoment,
): Steps {
  if (current.isKey === command.isKey) {
    throw refuse(current, command.isKey ? 'it is a key case already' : 'it is no key case')
  }
  return [
    step(current, 'key-marked', moment, {
      reason: command.reason,
      changes: { isKey: command.isKey },
    }),
  ]
}

/** Where a case goes that is taken up again: to whoever has to decide anew. */
const REOPENED: Partial<Record<CaseState, CaseState>> = {
  closed: 'filed',
  voided: 'filed',
  rejected: 'reported',
}

/** Taken up again within the window of its policy. What it was handled for is to be done again. */
export function reopen(current: Case, command: CaseCommandOf<'reopen'>, moment: CaseMoment): Steps {
  const { reopenWithin_days } = moment.world.policyOf(current.kind, current.condition)
  if (moment.now > plus(current.stateSince, days(reopenWithin_days))) {
    throw refuse(current, `it can be reopened for ${reopenWithin_days} days: report it anew`)
  }
  const state = REOPENED[current.state] ?? 'reported'
  return [
    step(current, 'reopened', moment, {
      reason: command.reason,
      changes: {
        ...enter(current, state, moment),
        reopenings: current.reopenings + 1,
        departmentId: null,
        dispatchedAt: null,
        startedAt: null,
        fedBackAt: null,
        checkedAt: null,
        closedAt: null,
        closedBy: null,
        handleDeadlineAt: null,
        inspectorId: null,
        watch: null,
      },
    }),
  ]
}

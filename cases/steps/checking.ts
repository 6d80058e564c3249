import { afterStep, type CaseStep, inTurn, step } from '#cases/case-step.ts'
import type { CaseMoment } from '#cases/case-world.ts'
import { chosenInspector } from '#cases/choose-inspector.ts'
import { enter } from '#cases/clock.ts'
import { refuse } from '#cases/refusal.ts'
import type { Case } from '#model/case.ts'
import type { CaseCommandOf } from '#model/case-command.ts'
import type { CaseEventDetail } from '#model/case-event.ts'
import { toDepartment } from './dispatching.ts'

type Steps = readonly CaseStep[]

export function askPostCheck(
  current: Case,
  command: CaseCommandOf<'ask-post-check'>,
  moment: CaseMoment,
): Steps {
  const inspectorId = chosenInspector(current, command.inspectorId, moment.world)
  return [
    step(current, 'post-check-asked', moment, {
      reason: command.reason,
      detail: { inspectorId },
      changes: { ...enter(current, 'checking', moment), inspectorId },
    }),
  ]
}

/** Passed: to be closed. Failed: back to the same department, with what was seen. */
export function postCheck(
  current: Case,
  command: CaseCommandOf<'post-check'>,
  moment: CaseMoment,
): Steps {
  if (current.inspectorId !== moment.actor.accountId) {
    throw refuse(current, 'another inspector was asked to check it')
  }
  const { passed, reason } = command
  const checked = (now: Case): CaseStep =>
    step(now, 'post-checked', moment, {
      reason,
      detail: { passed },
      changes: {
        ...(passed && { ...enter(now, 'checked', moment), checkedAt: moment.now }),
        checkedBy: moment.actor.accountId,
        inspectorId: null,
        watch: null,
      },
    })
  return inTurn(current, checked, (now) => (passed ? null : reworked(now, reason, moment, true)))
}

export const close = (
  current: Case,
  command: CaseCommandOf<'close'>,
  moment: CaseMoment,
): Steps => [closeStep(current, command.reason ?? null, moment)]

function closeStep(
  current: Case,
  reason: string | null,
  moment: CaseMoment,
  bySystem = false,
): CaseStep {
  const { caseDeadlineAt, lateDuties } = current
  const entered = enter(current, 'closed', moment)
  const late = entered.lateDuties ?? lateDuties
  const isLate = caseDeadlineAt !== null && moment.now > caseDeadlineAt && !late.includes('case')
  return step(current, 'closed', moment, {
    reason,
    bySystem,
    changes: {
      ...entered,
      ...(isLate && { lateDuties: [...late, 'case'] }),
      closedAt: moment.now,
      closedBy: bySystem ? null : moment.actor.accountId,
      watch: null,
    },
  })
}

export const rework = (
  current: Case,
  command: CaseCommandOf<'rework'>,
  moment: CaseMoment,
): Steps => [reworked(current, command.reason, moment, false)]

/** To the same department again, with the limit of handling from now on. */
function reworked(
  current: Case,
  reason: string | null,
  moment: CaseMoment,
  bySystem: boolean,
): CaseStep {
  return step(current, 'reworked', moment, {
    reason,
    bySystem,
    changes: { ...toDepartment(current, moment), reworks: current.reworks + 1 },
  })
}

/** What readings after feedback came to. */
export interface Proof {
  readonly outcome: 'good' | 'bad' | 'silent'
  readonly proof: NonNullable<CaseEventDetail['proof']>
}

/**
 * Good readings close a case or propose it, as its policy has it; bad ones send it back to the
 * department with the proof; none close nothing and ask for a person.
 */
export function prove(current: Case, { outcome, proof }: Proof, moment: CaseMoment): Steps {
  if (current.watch !== 'watching') return []
  const bySystem = true
  if (outcome === 'silent') {
    const changes = { watch: 'silent' } as const
    return [step(current, 'proof-missing', moment, { bySystem, detail: { proof }, changes })]
  }
  if (outcome === 'bad') {
    const told = step(current, 'proved-bad', moment, {
      bySystem,
      detail: { proof },
      changes: { watch: 'bad' },
    })
    return [told, reworked(afterStep(current, told), null, moment, bySystem)]
  }
  const { sensorClosing } = moment.world.policyOf(current.kind, current.condition)
  return inTurn(
    current,
    (now) =>
      step(now, 'proved-good', moment, {
        bySystem,
        detail: { proof },
        changes: {
          ...enter(now, 'checked', moment),
          checkedAt: moment.now,
          checkedBy: null,
          inspectorId: null,
          watch: 'good',
        },
      }),
    (now) => (sensorClosing === 'close' ? closeStep(now, null, moment, bySystem) : null),
  )
}

import { type CaseStep, step } from '#cases/case-step.ts'
import type { CaseMoment } from '#cases/case-world.ts'
import { enter, handleLimit, moveCase, startHandling } from '#cases/clock.ts'
import { proposeDepartment } from '#cases/propose-department.ts'
import { refuse } from '#cases/refusal.ts'
import { addUnitTime, unitTimeBetween } from '#cases/time/deadline.ts'
import type { Case } from '#model/case.ts'
import type { CaseCommandOf } from '#model/case-command.ts'
import { Rejected } from '#model/error.ts'

export function dispatch(
  current: Case,
  command: CaseCommandOf<'dispatch'>,
  moment: CaseMoment,
): readonly CaseStep[] {
  const departmentId = command.departmentId ?? proposeDepartment(current, moment.world)
  if (departmentId === null) {
    throw refuse(
      current,
      'neither its part nor a dispatch rule says whose it is: name a department',
    )
  }
  return [dispatchStep(current, departmentId, command.reason ?? null, moment, false)]
}

/** @throws Rejected `invalid-input` when there is no such department */
export function dispatchStep(
  current: Case,
  departmentId: string,
  reason: string | null,
  moment: CaseMoment,
  bySystem: boolean,
): CaseStep {
  if (!moment.world.departments.has(departmentId)) {
    const detail = `there is no department ${departmentId}`
    throw new Rejected('invalid-input', detail, {
      detail: { errors: [{ field: 'departmentId', detail }] },
    })
  }
  return step(current, 'dispatched', moment, {
    reason,
    bySystem,
    changes: {
      ...toDepartment(current, moment),
      departmentId,
      dispatchedBy: bySystem ? null : moment.actor.accountId,
    },
  })
}

/** To a department, with the limit of handling from now on; the first one stays noted. */
export function toDepartment(current: Case, moment: CaseMoment): Partial<Case> {
  const clock = startHandling(current, moment)
  return {
    ...clock,
    ...enter({ ...current, ...clock }, 'dispatched', moment),
    dispatchedAt: moment.now,
    startedAt: null,
    fedBackAt: null,
    checkedAt: null,
    inspectorId: null,
    watch: null,
    request: null,
  }
}

/**
 * It is not theirs: to be dispatched again. The time it was with them is given back to the whole
 * case, and the next department has the whole limit.
 */
export function returnCase(
  current: Case,
  command: CaseCommandOf<'return'>,
  moment: CaseMoment,
): readonly CaseStep[] {
  const { now, world } = moment
  const limit = handleLimit(current, world.policyOf(current.kind, current.condition))
  const { caseDeadlineAt, dispatchedAt } = current
  const given =
    caseDeadlineAt !== null && dispatchedAt !== null && limit !== null
      ? addUnitTime(
          caseDeadlineAt,
          unitTimeBetween(dispatchedAt, now, limit.unit, world.time),
          limit.unit,
          world.time,
        )
      : caseDeadlineAt
  return [
    step(current, 'returned', moment, {
      reason: command.reason,
      changes: {
        ...enter(current, 'filed', moment),
        ...moveCase(current, given, moment),
        handleDeadlineAt: null,
        dispatchedAt: null,
        startedAt: null,
        departmentId: null,
        returns: current.returns + 1,
        request: null,
      },
    }),
  ]
}

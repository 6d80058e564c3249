import { type CaseStep, step } from '#cases/case-step.ts'
import type { CaseMoment } from '#cases/case-world.ts'
import { enter, handleLimit, lateBy, moveCase, moveHandling } from '#cases/clock.ts'
import { refuse } from '#cases/refusal.ts'
import { addUnitTime, deadlineAfter, unitTimeBetween } from '#cases/time/deadline.ts'
import type { Case, CaseRequest } from '#model/case.ts'
import type { CaseCommandOf } from '#model/case-command.ts'
import type { EpochMs } from '#model/time.ts'

type Steps = readonly CaseStep[]

function asked(current: Case, type: CaseRequest['type']): CaseRequest {
  if (current.request?.type !== type) throw refuse(current, `no ${type} is asked for`)
  return current.request
}

const limitOf = (current: Case, { world }: CaseMoment) =>
  handleLimit(current, world.policyOf(current.kind, current.condition))

/** One original limit is added to the deadline of handling and to that of the whole case. */
export function grantExtension(
  current: Case,
  command: CaseCommandOf<'grant-extension'>,
  moment: CaseMoment,
): Steps {
  asked(current, 'extension')
  const limit = limitOf(current, moment)
  const later = (at: EpochMs | null): EpochMs | null =>
    at === null || limit === null ? at : deadlineAfter(at, limit, moment.world.time)
  return [
    step(current, 'extended', moment, {
      reason: command.reason,
      changes: {
        ...moveHandling(current, later(current.handleDeadlineAt), moment),
        ...moveCase(current, later(current.caseDeadlineAt), moment),
        extensions: current.extensions + 1,
        request: null,
      },
    }),
  ]
}

export const refuseExtension = (
  current: Case,
  command: CaseCommandOf<'refuse-extension'>,
  moment: CaseMoment,
): Steps => {
  asked(current, 'extension')
  return [
    step(current, 'extension-refused', moment, {
      reason: command.reason,
      changes: { request: null },
    }),
  ]
}

/** The clocks stop with what is left on them, counted as their limit runs. */
export function grantParking(
  current: Case,
  command: CaseCommandOf<'grant-parking'>,
  moment: CaseMoment,
): Steps {
  const { until } = asked(current, 'parking')
  if (until === null || until <= moment.now) {
    throw refuse(current, 'the date until which it was to be parked is over: refuse it')
  }
  const limit = limitOf(current, moment)
  const left = (at: EpochMs | null) =>
    at === null || limit === null
      ? null
      : unitTimeBetween(moment.now, at, limit.unit, moment.world.time)
  return [
    step(current, 'parked', moment, {
      reason: command.reason,
      detail: { until },
      changes: {
        ...enter(current, 'parked', moment),
        ...lateBy(current, moment.now),
        parkedUntil: until,
        handleLeft_ms: left(current.handleDeadlineAt),
        caseLeft_ms: left(current.caseDeadlineAt),
        parkings: current.parkings + 1,
        request: null,
      },
    }),
  ]
}

export const refuseParking = (
  current: Case,
  command: CaseCommandOf<'refuse-parking'>,
  moment: CaseMoment,
): Steps => {
  asked(current, 'parking')
  return [
    step(current, 'parking-refused', moment, {
      reason: command.reason,
      changes: { request: null },
    }),
  ]
}

/**
 * The clocks go on with what was left on them. A deadline that was over before stays where it was.
 *
 * @param at when they go on: now, or the date it was parked until
 */
export function resume(
  current: Case,
  reason: string | null,
  at: EpochMs,
  moment: CaseMoment,
): Steps {
  const limit = limitOf(current, moment)
  const later = (deadlineAt: EpochMs | null, left: Case['handleLeft_ms']): EpochMs | null =>
    deadlineAt === null || left === null || limit === null || left < 0
      ? deadlineAt
      : addUnitTime(at, left, limit.unit, moment.world.time)
  const state = current.startedAt === null ? 'dispatched' : 'handling'
  const handleDeadlineAt = later(current.handleDeadlineAt, current.handleLeft_ms)
  const caseDeadlineAt = later(current.caseDeadlineAt, current.caseLeft_ms)
  const going: Case = { ...current, handleDeadlineAt }
  return [
    step(current, 'resumed', moment, {
      reason,
      changes: {
        ...enter(going, state, moment),
        ...moveHandling(going, handleDeadlineAt, { ...moment, now: at }),
        ...moveCase(current, caseDeadlineAt, moment),
        parkedUntil: null,
        handleLeft_ms: null,
        caseLeft_ms: null,
      },
    }),
  ]
}

import { type CaseStep, inTurn, step } from '#cases/case-step.ts'
import type { CaseMoment } from '#cases/case-world.ts'
import { chosenInspector } from '#cases/choose-inspector.ts'
import { enter, wholeCase } from '#cases/clock.ts'
import { proposeDepartment } from '#cases/propose-department.ts'
import { refuse } from '#cases/refusal.ts'
import type { Case } from '#model/case.ts'
import type { CaseCommandOf } from '#model/case-command.ts'
import { findClass, findCondition } from '#model/catalogue.ts'
import { Rejected } from '#model/error.ts'
import { dispatchStep } from './dispatching.ts'

type Steps = readonly CaseStep[]

export const accept = (
  current: Case,
  command: CaseCommandOf<'accept'>,
  moment: CaseMoment,
): Steps => [
  step(current, 'accepted', moment, {
    reason: command.reason,
    changes: {
      ...enter(current, 'accepted', moment),
      acceptedAt: moment.now,
      acceptedBy: moment.actor.accountId,
    },
  }),
]

export const reject = (
  current: Case,
  command: CaseCommandOf<'reject'>,
  moment: CaseMoment,
): Steps => [
  step(current, 'rejected', moment, {
    reason: command.reason,
    changes: enter(current, 'rejected', moment),
  }),
]

export function askPreVerification(
  current: Case,
  command: CaseCommandOf<'ask-pre-verification'>,
  moment: CaseMoment,
): Steps {
  const inspectorId = chosenInspector(current, command.inspectorId, moment.world)
  return [
    step(current, 'pre-verification-asked', moment, {
      reason: command.reason,
      detail: { inspectorId },
      changes: { ...enter(current, 'verifying', moment), inspectorId },
    }),
  ]
}

/** Found: it may be filed. Not found: whoever accepts decides what becomes of it. */
export function preVerify(
  current: Case,
  command: CaseCommandOf<'pre-verify'>,
  moment: CaseMoment,
): Steps {
  if (current.inspectorId !== moment.actor.accountId) {
    throw refuse(current, 'another inspector was asked to pre-verify it')
  }
  const { passed } = command
  const accepted = passed && current.acceptedAt === null
  return [
    step(current, 'pre-verified', moment, {
      reason: command.reason,
      detail: { passed },
      changes: {
        ...enter(current, passed ? 'accepted' : 'reported', moment),
        preVerifiedAt: moment.now,
        preVerifiedBy: moment.actor.accountId,
        inspectorId: null,
        ...(accepted && { acceptedAt: moment.now }),
      },
    }),
  ]
}

/** Fixes class and filing condition, and with them the limit and what closes it. */
export function file(current: Case, command: CaseCommandOf<'file'>, moment: CaseMoment): Steps {
  const { world } = moment
  const filed = filedAs(current, command)
  const named: Case = { ...current, ...filed }
  return inTurn(
    current,
    () =>
      step(current, 'filed', moment, {
        reason: command.reason,
        changes: {
          ...filed,
          ...enter(named, 'filed', moment),
          ...wholeCase(named, moment),
          filedAt: moment.now,
          filedBy: moment.actor.accountId,
        },
      }),
    (now) => {
      if (!world.policyOf(now.kind, now.condition).autoDispatch) return null
      const departmentId = proposeDepartment(now, world)
      return departmentId === null ? null : dispatchStep(now, departmentId, null, moment, true)
    },
  )
}

function filedAs(current: Case, command: CaseCommandOf<'file'>): Partial<Case> {
  const condition = command.condition ?? current.condition
  if (condition === null) throw invalid('condition', 'a case is filed under a filing condition')
  const known = findCondition(current.kind, condition)
  if (!known)
    throw invalid('condition', `there is no filing condition ${condition} of a ${current.kind}`)
  const digits = command.class ?? current.class ?? known.classes[0] ?? ''
  if (!known.classes.includes(digits)) {
    throw invalid(
      'class',
      `class ${digits} has no filing condition ${condition}: ${known.classes.join(', ')}`,
    )
  }
  const named = findClass(known.edition, current.kind, digits)
  const title =
    current.ruleId === null ? `${named?.minorName ?? ''}${known.title.zh}` : current.title
  return {
    edition: known.edition,
    class: digits,
    condition,
    limit: known.limit,
    title,
    ...(command.severity && { severity: command.severity }),
  }
}

const invalid = (field: string, detail: string): Rejected =>
  new Rejected('invalid-input', detail, { detail: { errors: [{ field, detail }] } })

/** What is filed by policy when a device opens it: filed and, where it is known whose it is, dispatched. */
export function fileByPolicy(opened: Case, moment: CaseMoment): Steps {
  const { world } = moment
  const { skipAcceptance } = world.policyOf(opened.kind, opened.condition)
  const isMeant =
    skipAcceptance === 'always' || (skipAcceptance === 'critical' && opened.severity === 'critical')
  if (!isMeant) return []
  const bySystem = true
  return inTurn(
    opened,
    (now) =>
      step(now, 'filed', moment, {
        bySystem,
        changes: {
          ...enter(now, 'filed', moment),
          ...wholeCase(now, moment),
          filedAt: moment.now,
          isAutomatic: true,
        },
      }),
    (now) => {
      const departmentId = proposeDepartment(now, world)
      return departmentId === null ? null : dispatchStep(now, departmentId, null, moment, bySystem)
    },
  )
}

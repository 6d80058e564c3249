import { type CaseStep, step } from '#cases/case-step.ts'
import type { CaseMoment } from '#cases/case-world.ts'
import { DUTY_OF, enter, handleLimit, moveCase } from '#cases/clock.ts'
import { BLANK_CASE } from '#cases/fold.ts'
import { type HandedOver, outsideFields, stateInstant } from '#cases/outside-fields.ts'
import { refuse } from '#cases/refusal.ts'
import { deadlineAfter } from '#cases/time/deadline.ts'
import type { Case } from '#model/case.ts'
import type { CaseEventType } from '#model/case-event.ts'
import { CASE_STATES, type CaseState, STATE_FACTS } from '#model/case-state.ts'
import { TOLD_FACTS } from '#model/outside-case.ts'

type Steps = readonly CaseStep[]

/**
 * A case of another system becomes one of ours, in the state in which it is there. From then on both
 * may go on with it.
 */
export function takeOver(
  handed: HandedOver,
  facts: Pick<Case, 'id' | 'number'>,
  moment: CaseMoment,
): Steps {
  const { record } = handed
  const found: Case = {
    ...BLANK_CASE,
    ...outsideFields(handed),
    ...facts,
    outsideSystem: record.system,
    outsideNumber: record.number,
    isTouched: true,
  }
  const changes = { ...found, ...moved(found, handed, moment) }
  const parts = { reason: record.told.opinion, changes }
  return [step({ ...BLANK_CASE, isTouched: true }, 'opened', moment, parts)]
}

/**
 * What the other system says now that it did not say before. What it says again changes nothing, so
 * that it undoes nothing of what was done here in between.
 *
 * @throws Rejected `conflict` when both have gone on with it, and it has come further here
 */
export function follow(
  current: Case,
  before: HandedOver,
  now: HandedOver,
  moment: CaseMoment,
): Steps {
  if (isOlder(now, before)) return []
  const [then, said] = [outsideFields(before), outsideFields(now)]
  const changed = Object.fromEntries(
    Object.entries(said).filter(([name, value]) => !isSame(value, then[name as keyof Case])),
  ) as { -readonly [Name in keyof Case]?: Case[Name] }
  // The case it was merged into may have been handed over after it.
  if (current.state === 'merged' && current.masterId === null && said.masterId) {
    changed.masterId = said.masterId
  }
  const { state } = now.record
  const moves = state !== before.record.state && state !== current.state
  if (moves) mayMove(current, before.record.state, state)
  const isSaid = Object.keys(changed).length > 0 || isToldAnew(before, now)
  if (!moves && !isSaid) return []
  const lateDuties = [...new Set([...current.lateDuties, ...(changed.lateDuties ?? [])])]
  const found: Case = { ...current, ...changed, lateDuties }
  const clocks = moves ? moved(found, now, moment) : timed(found, changed, moment)
  const type = moves ? eventTypeOf(current.state, state) : 'followed'
  const { opinion } = now.record.told
  const reason = opinion === before.record.told.opinion ? null : opinion
  return [
    step(current, type, moment, {
      reason,
      changes: { ...changed, ...(changed.lateDuties && { lateDuties }), ...clocks },
    }),
  ]
}

/** Only where the other system says when it changed it, both times. */
const isOlder = ({ record: now }: HandedOver, { record: before }: HandedOver): boolean =>
  now.updatedAt !== null && before.updatedAt !== null && now.updatedAt < before.updatedAt

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other)

/** What has no place in a case of ours, and is kept beside it. */
const isToldAnew = ({ record: before }: HandedOver, { record: now }: HandedOver): boolean =>
  before.handlingDepartment !== now.handlingDepartment ||
  before.masterNumber !== now.masterNumber ||
  TOLD_FACTS.some((fact) => before.told[fact] !== now.told[fact])

/** Where somebody has acted on it here, the other system can take it further but not back. */
function mayMove(current: Case, before: CaseState, state: CaseState): void {
  if (current.state === before) return
  const isFurther = CASE_STATES.indexOf(state) > CASE_STATES.indexOf(current.state)
  if (isFurther && !STATE_FACTS[current.state].isOver) return
  throw refuse(current, `it has gone on here, and is ${state} in ${current.outsideSystem ?? ''}`)
}

/**
 * A case that comes into the state in which the other system has it, with the clocks of that. Whether
 * what it leaves was done in time is for the other system to say.
 */
function moved(found: Case, { record }: HandedOver, moment: CaseMoment): Partial<Case> {
  const due = handleDue(found, record.state, moment)
  const going: Case = { ...found, ...due }
  const entered = enter({ ...going, state: 'withdrawn' }, record.state, moment)
  const after: Case = { ...going, ...entered, stateSince: stateInstant(record) }
  return {
    ...due,
    ...entered,
    ...(DUTY_OF[record.state] === 'handle' && handleClock(after, moment)),
    ...caseClock(after, moment),
    stateSince: after.stateSince,
    request: null,
    inspectorId: null,
    watch: null,
  }
}

/** Deadlines that the other system moved. */
const timed = (found: Case, changed: Partial<Case>, moment: CaseMoment): Partial<Case> => ({
  ...(changed.handleDeadlineAt !== undefined &&
    DUTY_OF[found.state] === 'handle' &&
    handleClock(found, moment)),
  ...(changed.caseDeadlineAt !== undefined && caseClock(found, moment)),
})

/** Whoever has the case has a deadline: the one that is said, else that of the filing condition. */
function handleDue(found: Case, state: CaseState, moment: CaseMoment): Partial<Case> {
  if (DUTY_OF[state] !== 'handle' || found.handleDeadlineAt !== null) return {}
  const limit = handleLimit(found, moment.world.policyOf(found.kind, found.condition))
  if (limit === null) return {}
  const from = found.dispatchedAt ?? moment.now
  const handleDeadlineAt = deadlineAfter(from, limit, moment.world.time)
  return { handleDeadlineAt, originalDeadlineAt: found.originalDeadlineAt ?? handleDeadlineAt }
}

/** A deadline counts also where no limit of ours is known. */
function handleClock(found: Case, moment: CaseMoment): Partial<Case> {
  const { handleDeadlineAt } = found
  const isLate = handleDeadlineAt !== null && moment.now > handleDeadlineAt
  const clock = enter({ ...found, state: 'withdrawn' }, found.state, moment)
  return {
    deadlineAt: handleDeadlineAt,
    soonAt: handleDeadlineAt === null ? null : (clock.soonAt ?? null),
    deadlineMark: isLate ? 'overdue' : 'none',
  }
}

/** Of a case that is over it is told whether it was in time. */
function caseClock(found: Case, moment: CaseMoment): Partial<Case> {
  const now = STATE_FACTS[found.state].isOver ? found.stateSince : moment.now
  return moveCase(found, found.caseDeadlineAt, { ...moment, now })
}

const AFTER_FEEDBACK: readonly CaseState[] = ['fed-back', 'checking', 'checked']

/** What has happened to a case that goes from one state to another, whatever lay between. */
function eventTypeOf(from: CaseState, to: CaseState): CaseEventType {
  const wasOver = STATE_FACTS[from].isOver
  switch (to) {
    case 'reported':
      return wasOver ? 'reopened' : 'followed'
    case 'verifying':
      return 'pre-verification-asked'
    case 'filed':
      if (wasOver) return 'reopened'
      return DUTY_OF[from] === 'handle' ? 'returned' : 'filed'
    case 'dispatched':
    case 'handling':
      if (AFTER_FEEDBACK.includes(from)) return 'reworked'
      if (from === 'parked') return 'resumed'
      return to === 'handling' ? 'started' : 'dispatched'
    case 'checking':
      return 'post-check-asked'
    case 'checked':
      return 'post-checked'
    default:
      return to
  }
}

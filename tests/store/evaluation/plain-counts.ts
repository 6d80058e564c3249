import type { Case, CaseDuty } from '#model/case.ts'
import type { CaseEventType } from '#model/case-event.ts'
import type { CountName } from '#model/evaluation/evaluation-count.ts'
import type { EvaluatedPost } from '#model/evaluation/evaluation-subject.ts'
import type { EpochMs } from '#model/time.ts'
import type { EvaluationQuestion } from '#store/evaluation/evaluation-question.ts'
import type { StoredDeed } from '#tests/support/stored-cases.ts'

/** One case and the counts it is in, for one key. */
export interface Fact {
  readonly key: string
  readonly found: Case
  readonly counts: ReadonlySet<CountName>
}

type Question = Pick<EvaluationQuestion, 'from' | 'until' | 'configuration' | 'inspectorAreas'>
type Filter = readonly [CountName, boolean]

const isIn = (at: EpochMs | null, { from, until }: Question): boolean =>
  at !== null && at >= from && at < until

const isBefore = (at: EpochMs | null, end: EpochMs): boolean => at !== null && at < end

const trueOnes = (filters: readonly Filter[]): ReadonlySet<CountName> =>
  new Set(filters.flatMap(([name, isTrue]) => (isTrue ? [name] : [])))

const isAccepted = ({ filedAt, state }: Case): boolean =>
  filedAt !== null || state === 'accepted' || state === 'merged'

export const isParked = (
  { state, parkings }: Case,
  { parkedCases }: Question['configuration'],
): boolean => state === 'parked' || (parkedCases === 'ever' && parkings > 0)

function isDue(
  deadline: EpochMs | null,
  done: EpochMs | null,
  { filedAt, state }: Case,
  question: Question,
): boolean {
  if (['rejected', 'voided', 'withdrawn', 'merged'].includes(state)) return false
  const { due } = question.configuration
  if (due === 'filed') return isIn(filedAt, question)
  if (isIn(deadline, question)) return true
  if (due === 'deadline' || !isBefore(deadline, question.from)) return false
  return done === null || done >= question.from
}

/** What a case is counted for, whoever and wherever it is. */
export function countsOfCase(found: Case, question: Question): ReadonlySet<CountName> {
  const { configuration, until } = question
  const isLate = (duty: CaseDuty): boolean => found.lateDuties.includes(duty)
  const reported = isIn(found.reportedAt, question)
  const filed = isIn(found.filedAt, question)
  const sent = filed && (found.dispatchedAt !== null || found.returns > 0 || isLate('dispatch'))
  const due = isDue(found.handleDeadlineAt, found.fedBackAt, found, question)
  const handled = due && isBefore(found.fedBackAt, until)
  const closing = isDue(found.caseDeadlineAt, found.closedAt, found, question)
  const closed = closing && isBefore(found.closedAt, until)
  return trueOnes([
    ['reports', reported],
    ['deviceReports', reported && found.source === 'device'],
    ['publicReports', reported && configuration.publicSources.includes(found.source)],
    ['accepted', reported && isAccepted(found)],
    ['rejected', reported && found.state === 'rejected'],
    ['recurring', reported && found.recurrences > 0],
    ['reportsFiled', reported && found.filedAt !== null],
    ['filed', filed],
    ['filedOnTime', filed && !isLate('file')],
    ['voided', filed && found.state === 'voided'],
    ['withdrawn', filed && found.state === 'withdrawn'],
    ['toDispatch', sent],
    ['dispatchedOnTime', sent && !isLate('dispatch')],
    ['returned', sent && found.returns > 0],
    ['due', due],
    ['handled', handled],
    ['handledOnTime', handled && !isLate('handle')],
    ['overdue', due && isLate('handle')],
    ['reworked', handled && found.reworks > 0],
    ['extended', due && found.extensions > 0],
    ['dueToClose', closing],
    ['closed', closed],
    ['closedOnTime', closed && !isLate('case')],
  ])
}

/** The last deadline that was set before an event. */
function deadlineBefore(deed: StoredDeed, history: readonly StoredDeed[]): EpochMs | null {
  const before = history.filter(
    ({ sequence, changes }) => sequence < deed.sequence && 'deadlineAt' in changes,
  )
  return before.at(-1)?.changes.deadlineAt ?? null
}

function wasLate(deed: StoredDeed, found: Case, history: readonly StoredDeed[]): boolean {
  const duties: Partial<Record<CaseEventType, readonly CaseDuty[]>> = {
    'pre-verification-asked': ['accept', 'file'],
    'pre-verified': ['verify'],
    filed: ['file'],
    dispatched: ['dispatch'],
    'post-check-asked': ['check'],
    'post-checked': ['check'],
    closed: ['close'],
  }
  const due = deadlineBefore(deed, history)
  const isNoted = duties[deed.type]?.some((duty) => found.lateDuties.includes(duty)) ?? false
  return isNoted && due !== null && deed.at > due
}

function wasSentLate(deed: StoredDeed, found: Case, history: readonly StoredDeed[]): boolean {
  const asked = history
    .filter(({ sequence, type }) => sequence < deed.sequence && type === 'post-check-asked')
    .at(-1)
  const due = deadlineBefore(deed, history)
  if (deed.type !== 'post-checked' || !found.lateDuties.includes('check')) return false
  return asked !== undefined && due !== null && asked.at > due
}

const wasReturned = (deed: StoredDeed, found: Case, history: readonly StoredDeed[]): boolean =>
  found.returns > 0 &&
  history.find(
    ({ sequence, type }) =>
      sequence > deed.sequence && (type === 'returned' || type === 'dispatched'),
  )?.type === 'returned'

/** What an account is counted for at a case. `history` is of the case, in its order. */
export function countsOfAccount(
  post: EvaluatedPost,
  accountId: string,
  found: Case,
  history: readonly StoredDeed[],
  question: Question,
): ReadonlySet<CountName> {
  const own = history.filter(
    (deed) => deed.actorId === accountId && deed.role === post && isIn(deed.at, question),
  )
  const of = (...types: CaseEventType[]): StoredDeed[] =>
    own.filter(({ type }) => types.includes(type))
  const inTime = (deeds: readonly StoredDeed[]): boolean =>
    deeds.length > 0 && !deeds.some((deed) => wasLate(deed, found, history))
  if (post === 'duty-officer') {
    return trueOnes([
      ['filed', of('filed').length > 0],
      ['filedOnTime', inTime(of('filed'))],
      ['voided', of('filed').length > 0 && found.state === 'voided'],
      ['closings', of('closed').length > 0],
      ['closingsOnTime', inTime(of('closed'))],
    ])
  }
  if (post === 'dispatcher') {
    const sent = of('dispatched')
    return trueOnes([
      ['volume', sent.length > 0],
      ['dispatchesOnTime', inTime(sent)],
      ['dispatchesReturned', sent.some((deed) => wasReturned(deed, found, history))],
    ])
  }
  if (post === 'acceptor') {
    const verifications = of('pre-verification-asked')
    const checks = of('post-check-asked')
    return trueOnes([
      ['volume', [...of('accepted', 'rejected'), ...verifications, ...checks].length > 0],
      ['verificationsSent', verifications.length > 0],
      ['verificationsSentOnTime', inTime(verifications)],
      ['checksSent', checks.length > 0],
      ['checksSentOnTime', inTime(checks)],
    ])
  }
  const checks = of('post-checked').filter((deed) => !wasSentLate(deed, found, history))
  const asked = found.inspectorId === accountId && isIn(found.deadlineAt, question)
  const leftVerification = asked && found.state === 'verifying'
  const leftCheck =
    asked && found.state === 'checking' && found.stateSince <= (found.deadlineAt as EpochMs)
  const reported =
    found.reportedBy === accountId &&
    found.source === 'inspector' &&
    isIn(found.reportedAt, question)
  const areas = question.inspectorAreas.filter((each) => each.accountId === accountId)
  const isTheirs = areas.some((each) => each.areas.some((area) => found.areaCode.startsWith(area)))
  const verified = of('pre-verified')
  return trueOnes([
    ['reports', reported],
    ['accepted', reported && isAccepted(found)],
    [
      'missed',
      isTheirs &&
        isIn(found.reportedAt, question) &&
        isAccepted(found) &&
        question.configuration.missedSources.includes(found.source),
    ],
    ['preVerifications', verified.length > 0 || leftVerification],
    ['preVerifiedOnTime', inTime(verified) && !leftVerification],
    ['postChecks', checks.length > 0 || leftCheck],
    ['postCheckedOnTime', inTime(checks) && !leftCheck],
  ])
}

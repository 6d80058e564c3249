import type { CaseDuty } from '#model/case.ts'
import type { CaseEventType } from '#model/case-event.ts'
import type { EvaluatedPost } from '#model/evaluation/evaluation-subject.ts'
import { inPeriod, isAccepted, isLate, isParked } from './case-counts.ts'
import type { EvaluationQuestion } from './evaluation-question.ts'
import { wordsLiteral } from './literals.ts'

/**
 * Statements for what accounts did, or were to do, with cases in the period: each gives rows of
 * `key` (the account), `case_id`, `parked`, `deed`, `late` and `mark`. What `mark` says is the
 * deed's own. `scope` is a `where` over `case_record`, `areas` the text of the two parameters that
 * hold the areas of inspectors.
 */
export function deedsOf(
  post: EvaluatedPost,
  question: EvaluationQuestion,
  scope: string,
  areas: string,
): readonly string[] {
  if (post === 'inspector') return inspectorDeeds(question, scope, areas)
  if (post === 'acceptor') return [events(post, ACCEPTOR_EVENTS, question, scope, 'false')]
  if (post === 'dispatcher') return [events(post, ['dispatched'], question, scope, WAS_RETURNED)]
  return [events(post, ['filed', 'closed'], question, scope, "c.state = 'voided'")]
}

const ACCEPTOR_EVENTS = [
  'accepted',
  'rejected',
  'pre-verification-asked',
  'post-check-asked',
] as const satisfies readonly CaseEventType[]

/** What each of these events is the end of, within a limit. */
const DUTIES: Readonly<Partial<Record<CaseEventType, readonly CaseDuty[]>>> = {
  'pre-verification-asked': ['accept', 'file'],
  'pre-verified': ['verify'],
  filed: ['file'],
  dispatched: ['dispatch'],
  'post-check-asked': ['check'],
  'post-checked': ['check'],
  closed: ['close'],
}

/** The deadline that was set before an event, in milliseconds; null: there was none. */
const DUE_MS = `(select (p.changes ->> 'deadlineAt')::bigint from case_event as p
  where p.case_id = e.case_id and p.sequence < e.sequence and p.changes ? 'deadlineAt'
  order by p.sequence desc limit 1)`

const ASKED_MS = `(select case_ms(p.at) from case_event as p
  where p.case_id = e.case_id and p.sequence < e.sequence and p.type = 'post-check-asked'
  order by p.sequence desc limit 1)`

/** What was sent to be checked when the deadline was over is no check of the inspector's. */
const WAS_SENT_LATE = `case when e.type = 'post-checked' and ${isLate('check')}
  then coalesce(${ASKED_MS} > ${DUE_MS}, false) else false end`

/** Whether the department it was sent to gave it back before it was sent anywhere again. */
const WAS_RETURNED = `(c.returns > 0 and coalesce((select p.type = 'returned' from case_event as p
  where p.case_id = e.case_id and p.sequence > e.sequence and p.type in ('returned', 'dispatched')
  order by p.sequence limit 1), false))`

/** Only of the few cases with something late is looked at when. */
function lateAtEvent(types: readonly CaseEventType[]): string {
  const known = types.flatMap((type) => {
    const duties = DUTIES[type]
    return duties ? [`e.type = '${type}' and (${duties.map(isLate).join(' or ')})`] : []
  })
  return `case when ${known.join(' or ')} then coalesce(case_ms(e.at) > ${DUE_MS}, false) else false end`
}

function events(
  post: EvaluatedPost,
  types: readonly CaseEventType[],
  question: EvaluationQuestion,
  scope: string,
  mark: string,
): string {
  return `select e.actor_id as key, e.case_id, ${isParked(question.configuration)} as parked,
      e.type as deed, ${lateAtEvent(types)} as late, ${mark} as mark
    from case_event as e join case_record as c on c.id = e.case_id ${scope}
      and ${inPeriod('e.at', question)} and e.type in ${wordsLiteral(types)}
      and e.actor_id is not null and e.actor_role = '${post}'`
}

function inspectorDeeds(
  question: EvaluationQuestion,
  scope: string,
  areas: string,
): readonly string[] {
  const { configuration } = question
  const reported = inPeriod('c.reported_at', question)
  const parked = isParked(configuration)
  const checked = events(
    'inspector',
    ['pre-verified', 'post-checked'],
    question,
    scope,
    WAS_SENT_LATE,
  )
  return [
    `select c.reported_by as key, c.id as case_id, ${parked} as parked, 'reported' as deed,
       false as late, ${isAccepted} as mark
     from case_record as c ${scope} and ${reported} and c.source = 'inspector'
       and c.reported_by is not null`,
    `select * from (${checked}) as done where not mark`,
    `select c.inspector_id, c.id, ${parked},
       case c.state when 'verifying' then 'pre-verified' else 'post-checked' end, true, false
     from case_record as c ${scope} and c.state in ('verifying', 'checking')
       and c.inspector_id is not null and ${inPeriod('c.deadline_at', question)}
       and (c.state = 'verifying' or c.state_since <= c.deadline_at)`,
    `select a.account_id, c.id, ${parked}, 'missed', false, false
     from case_record as c
       cross join lateral (values (left(c.area_code, 6)), (left(c.area_code, 9)),
         (left(c.area_code, 12)), (c.area_code)) as part (prefix)
       join unnest(${areas}) as a (account_id, prefix) on a.prefix = part.prefix
     ${scope} and ${reported} and ${isAccepted}
       and c.source in ${wordsLiteral(configuration.missedSources)}`,
  ]
}

import type { CaseDuty } from '#model/case.ts'
import type { CountName } from '#model/evaluation/evaluation-count.ts'
import type { EvaluationQuestion } from './evaluation-question.ts'
import { instantLiteral, wordsLiteral } from './literals.ts'

/** Conditions over `case_record`, which a statement calls `c`. */
export interface CaseCounts {
  readonly conditions: Readonly<Partial<Record<CountName, string>>>
  /** True of every case that any of them counts, in words that indexes know. */
  readonly any: string
  readonly parked: string
}

/** What was not done in time. */
export const isLate = (duty: CaseDuty): string => `'${duty}' = any(c.late_duties)`

export const isAccepted = "(c.filed_at is not null or c.state in ('accepted', 'merged'))"

export const isParked = ({ parkedCases }: EvaluationQuestion['configuration']): string =>
  parkedCases === 'now' ? "c.state = 'parked'" : "(c.state = 'parked' or c.parkings > 0)"

/** Whether an instant of a case lies in the period. */
export const inPeriod = (
  column: string,
  { from, until }: Pick<EvaluationQuestion, 'from' | 'until'>,
): string => `(${column} >= ${instantLiteral(from)} and ${column} < ${instantLiteral(until)})`

/** Where what is wrong turned out not to be, or is another case's. */
const NEVER_DUE = "c.state not in ('rejected', 'voided', 'withdrawn', 'merged')"

/** The counts of areas, departments and classes, as their meanings say. */
export function caseCounts(question: EvaluationQuestion): CaseCounts {
  const { until, configuration } = question
  const reported = inPeriod('c.reported_at', question)
  const filed = inPeriod('c.filed_at', question)
  const handling = dueIn(question, 'c.handle_deadline_at', 'c.fed_back_at')
  const closing = dueIn(question, 'c.case_deadline_at', 'c.closed_at')
  const before = (column: string): string => `${column} < ${instantLiteral(until)}`
  const dispatched = `(c.dispatched_at is not null or c.returns > 0 or ${isLate('dispatch')})`

  const ofReports = (...more: string[]): string => [reported, ...more].join(' and ')
  const ofFiled = (...more: string[]): string => [filed, ...more].join(' and ')
  const ofDue = (...more: string[]): string => [handling, NEVER_DUE, ...more].join(' and ')
  const ofClosing = (...more: string[]): string => [closing, NEVER_DUE, ...more].join(' and ')
  const handled = before('c.fed_back_at')
  const closed = before('c.closed_at')

  return {
    conditions: {
      reports: ofReports(),
      deviceReports: ofReports("c.source = 'device'"),
      publicReports: ofReports(`c.source in ${wordsLiteral(configuration.publicSources)}`),
      accepted: ofReports(isAccepted),
      rejected: ofReports("c.state = 'rejected'"),
      recurring: ofReports('c.recurrences > 0'),
      reportsFiled: ofReports('c.filed_at is not null'),
      filed: ofFiled(),
      filedOnTime: ofFiled(`not ${isLate('file')}`),
      voided: ofFiled("c.state = 'voided'"),
      withdrawn: ofFiled("c.state = 'withdrawn'"),
      toDispatch: ofFiled(dispatched),
      dispatchedOnTime: ofFiled(dispatched, `not ${isLate('dispatch')}`),
      returned: ofFiled(dispatched, 'c.returns > 0'),
      due: ofDue(),
      handled: ofDue(handled),
      handledOnTime: ofDue(handled, `not ${isLate('handle')}`),
      overdue: ofDue(isLate('handle')),
      reworked: ofDue(handled, 'c.reworks > 0'),
      extended: ofDue('c.extensions > 0'),
      dueToClose: ofClosing(),
      closed: ofClosing(closed),
      closedOnTime: ofClosing(closed, `not ${isLate('case')}`),
    },
    any: `(${reported} or ${filed} or ${handling} or ${closing})`,
    parked: isParked(configuration),
  }
}

/** What is due in the period, by a deadline and when it was done. */
function dueIn(question: EvaluationQuestion, deadline: string, done: string): string {
  const { from, configuration } = question
  if (configuration.due === 'filed') return inPeriod('c.filed_at', question)
  const within = inPeriod(deadline, question)
  if (configuration.due === 'deadline') return within
  const begun = instantLiteral(from)
  // What was done late is the little that an index of its own holds.
  const isOver = `(${done} is null or ${done} > ${deadline})`
  return `(${within} or ${deadline} < ${begun} and ${isOver} and (${done} is null or ${done} >= ${begun}))`
}

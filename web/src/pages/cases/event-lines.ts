import { EPISODE_INSTANTS } from '#model/case-event.ts'
import { SEVERITY_TITLES } from '#model/case-names.ts'
import { STATE_FACTS } from '#model/case-state.ts'
import { showInstant } from '#web/src/locale/format.ts'
import { said } from '#web/src/locale/locale.ts'
import type { Say } from '#web/src/locale/use-texts.ts'
import type { CaseDetail } from './case-deed.ts'
import type { CASE_TEXTS } from './case-texts.ts'
import type { DEED_TEXTS } from './cases-texts.ts'

type CaseEvent = CaseDetail['events'][number]

/** What there is to say of an event beside what it was, who did it and why. */
export function eventLines(
  { detail, state }: CaseEvent,
  t: Say<keyof (typeof CASE_TEXTS)['zh']>,
  named: Say<keyof (typeof DEED_TEXTS)['zh']>,
): readonly string[] {
  const { severity, passed, until, urgedBy, duty, dueAt, proof } = detail
  const lines: string[] = []
  if (severity) {
    const { from, to } = severity
    lines.push(t('from', { from: said(SEVERITY_TITLES[from]), to: said(SEVERITY_TITLES[to]) }))
  }
  if (passed !== undefined) lines.push(t(passed ? 'yes' : 'no'))
  if (until !== undefined) lines.push(named('parked', { at: showInstant(until) }))
  if (urgedBy !== undefined) lines.push(named(urgedBy))
  if (duty !== undefined) lines.push(t(duty === 'case' ? 'wholeCase' : 'thisStage'))
  if (dueAt !== undefined) lines.push(t('dueAt', { at: showInstant(dueAt) }))
  if (proof) {
    const { readings, from, to } = proof
    lines.push(t('sensor', { count: readings, from: showInstant(from), to: showInstant(to) }))
  }
  for (const instant of EPISODE_INSTANTS) {
    const moved = detail[instant]
    if (!moved) continue
    const [from, to] = [showInstant(moved.from), showInstant(moved.to)]
    lines.push(t(instant, { at: moved.from === null ? to : t('from', { from, to }) }))
  }
  if (state !== null) lines.push(t('becomes', { state: said(STATE_FACTS[state].title) }))
  return lines
}

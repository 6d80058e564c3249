import { SOURCE_TITLES } from '#model/case-names.ts'
import { showDuration, showInstant, showNumber } from '#web/src/locale/format.ts'
import { said } from '#web/src/locale/locale.ts'
import type { Say } from '#web/src/locale/use-texts.ts'
import type { CaseDetail } from './case-deed.ts'
import type { CASE_TEXTS } from './case-texts.ts'

type CaseSay = Say<keyof (typeof CASE_TEXTS)['zh']>

/** Why a case was opened, a sentence each. */
export function whySentences(found: CaseDetail, t: CaseSay): readonly string[] {
  const { basis, episodes } = found
  if (basis === null) {
    const [episode] = episodes
    if (!episode) return [t('byReport', { source: said(SOURCE_TITLES[found.source]) })]
    const { startedAt, confirmedAt, ruleId } = episode
    const times = { from: showInstant(startedAt), to: showInstant(confirmedAt) }
    return [t('byEpisode', { rule: ruleId, ...times })]
  }
  const { startedAt, confirmedAt, hold_ms, silence_ms, group, schedule } = basis
  const held_ms = Date.parse(confirmedAt) - Date.parse(startedAt)
  const times = { from: showInstant(startedAt), to: showInstant(confirmedAt) }
  return [
    t('byRule', { title: said(basis.title), ...times }),
    ...(silence_ms === null ? [] : [t('silence', { span: showDuration(silence_ms) })]),
    ...(silence_ms === null && hold_ms > 0
      ? [t('hold', { hold: showDuration(hold_ms), held: showDuration(held_ms) })]
      : []),
    ...(group === null ? [] : groupSentences(group, t)),
    ...(schedule === null ? [] : [t('schedule')]),
    t('markSource', { source: basis.source }),
  ]
}

function groupSentences(
  group: NonNullable<NonNullable<CaseDetail['basis']>['group']>,
  t: CaseSay,
): readonly string[] {
  const { deviceCount, during_ms, atLeast, within_m, share } = group
  return [
    t('group', { count: deviceCount, during: showDuration(during_ms), least: atLeast }),
    ...(within_m === null ? [] : [t('groupNear', { metres: showNumber(within_m) })]),
    ...(share === null ? [] : [t('groupShare', { share: showNumber(share * 100) })]),
  ]
}

/** What is to come: how the case is closed. */
export function closingSentences(found: CaseDetail, t: CaseSay): readonly string[] {
  const verify_ms = found.basis?.verify_ms ?? null
  return [
    ...(found.closing === null ? [] : [t('closing', { closing: said(found.closing) })]),
    ...(verify_ms === null ? [] : [t('verify', { span: showDuration(verify_ms) })]),
  ]
}

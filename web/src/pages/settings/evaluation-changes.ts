import { SOURCE_TITLES } from '#model/case-names.ts'
import type { EvaluationConfiguration } from '#model/evaluation/evaluation-configuration.ts'
import { EVALUATION_SUBJECTS, SUBJECT_TITLES } from '#model/evaluation/evaluation-subject.ts'
import { showList, showNumber } from '#web/src/locale/format.ts'
import { said } from '#web/src/locale/locale.ts'
import { useTexts } from '#web/src/locale/use-texts.ts'
import { EVALUATION_TEXTS } from '#web/src/pages/evaluation/evaluation-texts.ts'
import { rateFormula, scoreFormula } from '#web/src/pages/evaluation/formula.ts'
import { EVALUATION_SETTINGS_TEXTS } from './evaluation-settings-texts.ts'

export interface ConfigurationChange {
  readonly what: string
  /** In words; null where there was or will be nothing. */
  readonly before: string | null
  readonly after: string | null
}

const t = useTexts(EVALUATION_SETTINGS_TEXTS)
const e = useTexts(EVALUATION_TEXTS)

/** What would be evaluated otherwise, each thing a city decides in words. */
export function changesOf(
  before: EvaluationConfiguration,
  after: EvaluationConfiguration,
): readonly ConfigurationChange[] {
  const [old, next] = [inWords(before), inWords(after)]
  return [...new Map([...old, ...next])].flatMap(([key, { what }]) => {
    const [was, is] = [old.get(key)?.words ?? null, next.get(key)?.words ?? null]
    return was === is ? [] : [{ what, before: was, after: is }]
  })
}

type Words = Map<string, { readonly what: string; readonly words: string }>

function inWords(document: EvaluationConfiguration): Words {
  const sources = (list: EvaluationConfiguration['publicSources']): string =>
    list.length === 0 ? t('absent') : showList(list.map((each) => said(SOURCE_TITLES[each])))
  const words: Words = new Map()
  const tell = (key: string, what: string, text: string): void => {
    words.set(key, { what, words: text })
  }
  tell('due', t('due'), t(`due-${document.due}`))
  tell('parkedCases', t('parkedCases'), t(`parked-${document.parkedCases}`))
  tell('withoutValue', t('withoutValue'), t(`without-${document.withoutValue}`))
  tell('publicSources', t('publicSources'), sources(document.publicSources))
  tell('missedSources', t('missedSources'), sources(document.missedSources))
  const bands = document.bands.map(({ band, from }) => `${band} ≥ ${showNumber(from)}`)
  tell('bands', t('bands'), showList(bands))
  for (const subject of EVALUATION_SUBJECTS) {
    const names = { subject: said(SUBJECT_TITLES[subject]) }
    const { rates } = document.subjects[subject]
    tell(
      `${subject} rates`,
      t('ratesOf', names),
      showList(rates.map((key) => titleOf(document, key))),
    )
    const score = scoreFormula(document, subject, e) ?? t('noScore')
    tell(`${subject} score`, t('scoreOf', names), score)
  }
  for (const rate of document.rates) {
    const formula = rateFormula(rate, e)
    tell(`rate ${rate.key}`, rate.key, `${rate.title.zh} · ${rate.title.en} · ${formula}`)
  }
  return words
}

/** How a rate is called, or its key where there is none. */
export function titleOf({ rates }: EvaluationConfiguration, key: string): string {
  const rate = rates.find((each) => each.key === key)
  return rate ? said(rate.title) : key
}

import type {
  CountSum,
  EvaluationConfiguration,
  EvaluationRate,
} from '#model/evaluation/evaluation-configuration.ts'
import { type CountName, EVALUATION_COUNTS } from '#model/evaluation/evaluation-count.ts'
import type { EvaluationSubject } from '#model/evaluation/evaluation-subject.ts'
import { said } from '#web/src/locale/locale.ts'
import type { Say } from '#web/src/locale/use-texts.ts'
import type { EVALUATION_TEXTS } from './evaluation-texts.ts'

type T = Say<keyof (typeof EVALUATION_TEXTS)['zh']>

export const countTitle = (name: CountName): string => said(EVALUATION_COUNTS[name].title)

function sumText({ plus, minus }: CountSum): string {
  const text = [plus.map(countTitle).join(' + '), ...minus.map(countTitle)].join(' − ')
  return plus.length + minus.length === 1 ? text : `(${text})`
}

/** How a rate is worked out, in words. */
export function rateFormula({ numerator, denominator, parked }: EvaluationRate, t: T): string {
  const below = 'peers' in denominator ? t(denominator.peers) : sumText(denominator)
  const formula = t('rateOf', { numerator: sumText(numerator), denominator: below })
  return parked === 'left-out' ? `${formula}${BRACKET[0]}${t('parkedOut')}${BRACKET[1]}` : formula
}

const BRACKET = ['（', '）'] as const

/** How a score is worked out, in words; undefined where there is none. */
export function scoreFormula(
  { rates, subjects }: EvaluationConfiguration,
  subject: EvaluationSubject,
  t: T,
): string | undefined {
  const { score } = subjects[subject]
  if (score.length === 0) return undefined
  const sum = score.map(({ rate, weight, complement }) => {
    const found = rates.find(({ key }) => key === rate)
    const title = found ? said(found.title) : rate
    return `${weight} × ${complement ? t('complement', { rate: title }) : title}`
  })
  return t('formula', { sum: sum.join(' + ') })
}

/** The one count that a sum is; undefined where it is made of several. */
export const onlyCount = (sum: CountSum): CountName | undefined =>
  sum.plus.length === 1 && sum.minus.length === 0 ? sum.plus[0] : undefined

/** A share as a person reads it. */
export const percent = (value: number): number => Math.round(value * 10_000) / 100

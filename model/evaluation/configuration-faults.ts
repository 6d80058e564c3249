import type { EvaluationConfiguration, EvaluationRate } from './evaluation-configuration.ts'
import { type CountName, countsOf } from './evaluation-count.ts'
import { EVALUATION_SUBJECTS, type EvaluationSubject } from './evaluation-subject.ts'

export interface ConfigurationFault {
  /** Where in the document, as `subjects.area.score.0`. */
  readonly field: string
  readonly code:
    | 'rate-twice'
    | 'no-such-rate'
    | 'strange-count'
    | 'strange-rate'
    | 'weights'
    | 'band-order'
    | 'band-open'
  /** What a sentence about it names. */
  readonly values: Readonly<Record<string, string | number>>
  readonly detail: string
}

/** What is wrong with a document of the right form; empty when nothing is. */
export const configurationFaults = (
  document: EvaluationConfiguration,
): readonly ConfigurationFault[] => [
  ...repeatedRates(document),
  ...EVALUATION_SUBJECTS.flatMap((subject) => subjectFaults(document, subject)),
  ...bandFaults(document),
]

function repeatedRates({ rates }: EvaluationConfiguration): readonly ConfigurationFault[] {
  const keys = rates.map(({ key }) => key)
  return keys.flatMap((key, index): ConfigurationFault[] => {
    if (keys.indexOf(key) === index) return []
    const detail = `there are two rates ${key}`
    return [{ field: `rates.${index}.key`, code: 'rate-twice', values: { key }, detail }]
  })
}

function subjectFaults(
  document: EvaluationConfiguration,
  subject: EvaluationSubject,
): readonly ConfigurationFault[] {
  const { rates, score } = document.subjects[subject]
  const field = `subjects.${subject}`
  const known = new Map(document.rates.map((rate) => [rate.key, rate]))
  const ofRates = rates.flatMap((key, index): ConfigurationFault[] => {
    const rate = known.get(key)
    const where = `${field}.rates.${index}`
    if (!rate) {
      const detail = `there is no rate ${key}`
      return [{ field: where, code: 'no-such-rate', values: { key }, detail }]
    }
    const count = countsOfRate(rate).find((name) => !countsOf(subject).includes(name))
    if (count === undefined) return []
    const detail = `${key} counts ${count}, which is no count of ${subject}`
    return [{ field: where, code: 'strange-count', values: { key, count }, detail }]
  })
  const ofScore = score.flatMap(({ rate: key }, index): ConfigurationFault[] => {
    if (rates.includes(key)) return []
    const detail = `${key} is no rate of ${subject}`
    const where = `${field}.score.${index}.rate`
    return [{ field: where, code: 'strange-rate', values: { key }, detail }]
  })
  return [...ofRates, ...ofScore, ...weightFaults(score, `${field}.score`)]
}

function weightFaults(
  score: readonly { readonly weight: number }[],
  field: string,
): readonly ConfigurationFault[] {
  const weight = score.reduce((sum, part) => sum + part.weight, 0)
  if (score.length === 0 || Math.abs(weight - 100) < 1e-6) return []
  const detail = `the weights make ${weight} together, not 100`
  return [{ field, code: 'weights', values: { weight }, detail }]
}

/** Every count that a rate is made of. */
export const countsOfRate = ({ numerator, denominator }: EvaluationRate): readonly CountName[] =>
  [numerator, ...('peers' in denominator ? [] : [denominator])].flatMap(({ plus, minus }) => [
    ...plus,
    ...minus,
  ])

function bandFaults({ bands }: EvaluationConfiguration): readonly ConfigurationFault[] {
  const descending = bands.flatMap(({ from, band }, index): ConfigurationFault[] => {
    const above = bands[index - 1]
    if (above === undefined || from < above.from) return []
    const detail = `${band} begins at ${from}, which is not below ${above.band}`
    const values = { band, from, above: above.band }
    return [{ field: `bands.${index}.from`, code: 'band-order', values, detail }]
  })
  if (bands.at(-1)?.from === 0) return descending
  const field = `bands.${bands.length - 1}.from`
  const detail = 'the last band begins at 0: scores go there'
  return [...descending, { field, code: 'band-open', values: {}, detail }]
}

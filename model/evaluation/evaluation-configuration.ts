import { Type } from 'typebox'
import { CASE_SOURCES } from '#model/case.ts'
import { COUNT_NAMES, type CountName, countsOf } from './evaluation-count.ts'
import { EVALUATION_SUBJECTS, type EvaluationSubject } from './evaluation-subject.ts'

/** Which cases are due in a period: see {@link EvaluationConfiguration}. */
export const DUE_IN = ['deadline', 'backlog', 'filed'] as const
/** Which cases a rate can leave out as parked. */
export const PARKED_CASES = ['now', 'ever'] as const
export const PARKED_IN_RATE = ['counted', 'left-out'] as const
/** What a score does with a part that has no value. */
export const WITHOUT_VALUE = ['leave-out', 'no-score'] as const
/** What the greatest value among those evaluated is measured against. */
export const PEERS = ['greatest', 'mean'] as const

const closed = { additionalProperties: false }
const Titles = Type.Object(
  {
    en: Type.String({ minLength: 1, maxLength: 100 }),
    zh: Type.String({ minLength: 1, maxLength: 100 }),
  },
  closed,
)
const RATE_KEY = '^[a-z][A-Za-z0-9]{0,39}$'
const RateKey = Type.String({ pattern: RATE_KEY })
const counts = (minItems: number) =>
  Type.Array(Type.Enum([...COUNT_NAMES]), { minItems, maxItems: 10, uniqueItems: true })

const Sum = Type.Object(
  { plus: counts(1), minus: counts(0) },
  { ...closed, description: 'The sum of some counts less that of others.' },
)
export type CountSum = Type.Static<typeof Sum>

const Rate = Type.Object(
  {
    key: RateKey,
    title: Titles,
    numerator: Sum,
    denominator: Type.Union([
      Sum,
      Type.Object(
        { peers: Type.Enum([...PEERS]) },
        { ...closed, description: 'The greatest or mean numerator of all that are evaluated.' },
      ),
    ]),
    parked: Type.Enum([...PARKED_IN_RATE], {
      description: 'Whether parked cases count, in numerator and denominator alike.',
    }),
  },
  closed,
)
export type EvaluationRate = Type.Static<typeof Rate>

const ScorePart = Type.Object(
  {
    rate: RateKey,
    weight: Type.Number({ exclusiveMinimum: 0, maximum: 100 }),
    complement: Type.Boolean({ description: 'One less the rate: the smaller the better.' }),
  },
  closed,
)
export type ScorePart = Type.Static<typeof ScorePart>

const SubjectEvaluation = Type.Object(
  {
    rates: Type.Array(RateKey, { minItems: 1, maxItems: 30, uniqueItems: true }),
    score: Type.Array(ScorePart, {
      maxItems: 20,
      description: 'Weights make 100 together. Empty: there is no score.',
    }),
  },
  closed,
)

const Band = Type.Object(
  {
    band: Type.String({ minLength: 1, maxLength: 20 }),
    from: Type.Number({ minimum: 0, maximum: 100 }),
  },
  closed,
)

const sources = (description: string) =>
  Type.Array(Type.Enum([...CASE_SOURCES]), { uniqueItems: true, description })

/** How a city evaluates. */
export const EvaluationConfiguration = Type.Object(
  {
    due: Type.Enum([...DUE_IN], {
      description:
        'What is due in a period. deadline: whose deadline lies in it. backlog: those, and what was over before and not done when it began. filed: what was filed in it, whatever its deadline.',
    }),
    parkedCases: Type.Enum([...PARKED_CASES], {
      description: 'Which cases a rate can leave out: those parked now, or ever.',
    }),
    publicSources: sources('Of reports of the public.'),
    missedSources: sources('Of cases that an inspector of the area should have found first.'),
    withoutValue: Type.Enum([...WITHOUT_VALUE], {
      description:
        'A part of a score without a value: its weight goes to the others, or there is no score.',
    }),
    rates: Type.Array(Rate, { minItems: 1, maxItems: 100 }),
    subjects: Type.Object(
      Object.fromEntries(
        EVALUATION_SUBJECTS.map((subject) => [subject, SubjectEvaluation]),
      ) as Record<EvaluationSubject, typeof SubjectEvaluation>,
      closed,
    ),
    bands: Type.Array(Band, {
      minItems: 1,
      maxItems: 20,
      description: 'From the best down; the last one begins at 0.',
    }),
  },
  { $id: 'EvaluationConfiguration', ...closed },
)
export type EvaluationConfiguration = Type.Static<typeof EvaluationConfiguration>

export interface ConfigurationFault {
  /** Where in the document, as `subjects.area.score.0`. */
  readonly field: string
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
  return keys.flatMap((key, index) =>
    keys.indexOf(key) === index
      ? []
      : [{ field: `rates.${index}.key`, detail: `there are two rates ${key}` }],
  )
}

function subjectFaults(
  document: EvaluationConfiguration,
  subject: EvaluationSubject,
): readonly ConfigurationFault[] {
  const { rates, score } = document.subjects[subject]
  const field = `subjects.${subject}`
  const known = new Map(document.rates.map((rate) => [rate.key, rate]))
  const ofRates = rates.flatMap((key, index) => {
    const rate = known.get(key)
    const where = `${field}.rates.${index}`
    if (!rate) return [{ field: where, detail: `there is no rate ${key}` }]
    const strange = countsOfRate(rate).find((name) => !countsOf(subject).includes(name))
    if (strange === undefined) return []
    return [{ field: where, detail: `${key} counts ${strange}, which is no count of ${subject}` }]
  })
  const ofScore = score.flatMap(({ rate }, index) =>
    rates.includes(rate)
      ? []
      : [{ field: `${field}.score.${index}.rate`, detail: `${rate} is no rate of ${subject}` }],
  )
  const weight = score.reduce((sum, part) => sum + part.weight, 0)
  const isWhole = score.length === 0 || Math.abs(weight - 100) < 1e-6
  const ofWeight = isWhole
    ? []
    : [{ field: `${field}.score`, detail: `the weights make ${weight} together, not 100` }]
  return [...ofRates, ...ofScore, ...ofWeight]
}

/** Every count that a rate is made of. */
export const countsOfRate = ({ numerator, denominator }: EvaluationRate): readonly CountName[] =>
  [numerator, ...('peers' in denominator ? [] : [denominator])].flatMap(({ plus, minus }) => [
    ...plus,
    ...minus,
  ])

function bandFaults({ bands }: EvaluationConfiguration): readonly ConfigurationFault[] {
  const descending = bands.flatMap(({ from, band }, index) => {
    const above = bands[index - 1]
    if (above === undefined || from < above.from) return []
    const detail = `${band} begins at ${from}, which is not below ${above.band}`
    return [{ field: `bands.${index}.from`, detail }]
  })
  const lowest = bands.at(-1)
  const last = `bands.${bands.length - 1}.from`
  const open =
    lowest?.from === 0
      ? []
      : [{ field: last, detail: 'the last band begins at 0: scores go there' }]
  return [...descending, ...open]
}

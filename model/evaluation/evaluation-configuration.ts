import { Type } from 'typebox'
import { CASE_SOURCES } from '#model/case.ts'
import { DUE_IN, PARKED_CASES, PARKED_IN_RATE, PEERS, WITHOUT_VALUE } from './evaluation-choices.ts'
import { COUNT_NAMES } from './evaluation-count.ts'
import { EVALUATION_SUBJECTS, type EvaluationSubject } from './evaluation-subject.ts'

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

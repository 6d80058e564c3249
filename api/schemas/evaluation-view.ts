import { type Static, Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import type {
  ConfigurationVersion,
  EvaluatedRow,
  Evaluation,
  StoredConfiguration,
} from '#model/evaluation/evaluation.ts'
import { EvaluationConfiguration } from '#model/evaluation/evaluation-configuration.ts'
import { COUNT_NAMES, countsOf, EVALUATION_COUNTS } from '#model/evaluation/evaluation-count.ts'
import { EVALUATION_SUBJECTS } from '#model/evaluation/evaluation-subject.ts'
import type { Counts, Figures } from '#model/evaluation/figures.ts'
import { formatInstant } from '#model/time.ts'
import { nullable, refTo } from './shared.ts'

const Titles = Type.Object({ en: Type.String(), zh: Type.String() })
const Amount = Type.Integer({ minimum: 0 })

const figures = {
  counts: Type.Record(Type.String(), Amount, { description: 'Cases, by the name of the count.' }),
  parked: Type.Record(Type.String(), Amount, {
    description: 'How many of them are parked, where there are any.',
  }),
  rates: Type.Record(
    Type.String(),
    Type.Object({
      numerator: Type.Number(),
      denominator: Type.Number(),
      value: nullable(Type.Number({ description: 'The quotient; null where there is none.' })),
    }),
    { description: 'By the key of the rate.' },
  ),
  parts: Type.Array(
    Type.Object({
      rate: Type.String(),
      weight: Type.Number(),
      points: nullable(Type.Number({ description: 'Of the weight; null: the rate has no value.' })),
    }),
    { description: 'What each rate brought to the score.' },
  ),
  score: nullable(Type.Number({ description: '0 to 100.' })),
  band: nullable(Type.String()),
}

const EvaluatedRowView = Type.Object(
  {
    key: Type.String({
      description:
        'Code of an area, id of a department, edition/kind/class, or id of an account. A code that is shorter than its level: in no unit grid.',
    }),
    title: nullable(Type.String()),
    parentKey: nullable(Type.String({ description: 'Of departments: the one above.' })),
    ...figures,
  },
  { $id: 'EvaluatedRow' },
)

const Total = Type.Object(figures, { $id: 'EvaluationFigures' })

const versionProperties = {
  version: Type.Integer({ description: '0: as Wanmi ships, set by nobody.' }),
  note: nullable(Type.String()),
  createdAt: nullable(Instant),
  createdBy: nullable(Type.String()),
}

export const ConfigurationVersionView = Type.Object(versionProperties, {
  $id: 'EvaluationConfigurationVersion',
})

export const StoredConfigurationView = Type.Object(
  { ...versionProperties, configuration: refTo(EvaluationConfiguration) },
  { $id: 'StoredEvaluationConfiguration' },
)

export const EvaluationView = Type.Object(
  {
    subject: Type.Enum([...EVALUATION_SUBJECTS]),
    from: Instant,
    to: Type.String({ format: 'date-time', description: 'Not in it.' }),
    until: Type.String({
      format: 'date-time',
      description: 'Up to when is evaluated: the end of the period, or now where that is earlier.',
    }),
    configurationVersion: Type.Integer(),
    isBounded: Type.Boolean({
      description: 'Only cases that the account may see are counted.',
    }),
    counts: Type.Array(
      Type.Object({ name: Type.Enum([...COUNT_NAMES]), title: Titles, meaning: Titles }),
      { description: 'What is counted, in the order of its columns.' },
    ),
    rates: Type.Array(Type.Object({ key: Type.String(), title: Titles })),
    total: nullable(refTo(Total)),
    items: Type.Array(refTo(EvaluatedRowView)),
    next: nullable(Type.String({ description: 'Give it as `after` to read on; null at the end.' })),
  },
  { $id: 'Evaluation' },
)

/** What the document lists under their own names. */
export const EVALUATION_SCHEMAS = [
  EvaluationConfiguration,
  EvaluatedRowView,
  Total,
  EvaluationView,
  ConfigurationVersionView,
  StoredConfigurationView,
]

export function showEvaluation(evaluation: Evaluation): Static<typeof EvaluationView> {
  const { subject, configuration } = evaluation
  const { rates, subjects } = configuration.configuration
  return {
    subject,
    from: formatInstant(evaluation.from),
    to: formatInstant(evaluation.to),
    until: formatInstant(evaluation.until),
    configurationVersion: configuration.version,
    isBounded: evaluation.isBounded,
    counts: countsOf(subject).map((name) => {
      const { title, meaning } = EVALUATION_COUNTS[name]
      return { name, title, meaning }
    }),
    rates: subjects[subject].rates.flatMap((key) => {
      const rate = rates.find((each) => each.key === key)
      return rate ? [{ key, title: rate.title }] : []
    }),
    total: evaluation.total && showFigures(evaluation.total),
    items: evaluation.rows.map(showRow),
    next: evaluation.next,
  }
}

const showRow = ({ key, title, parentKey, ...rest }: EvaluatedRow) => ({
  key,
  title,
  parentKey,
  ...showFigures(rest),
})

function showFigures({ counts, rates, parts, score, band }: Figures) {
  const all = amounts(counts, 'all')
  const parked = amounts(counts, 'parked').filter(([, amount]) => amount > 0)
  return {
    counts: Object.fromEntries(all),
    parked: Object.fromEntries(parked),
    rates: { ...rates },
    parts: [...parts],
    score,
    band,
  }
}

const amounts = (counts: Counts, of: 'all' | 'parked') =>
  Object.entries(counts).map(([name, counted]) => [name, counted[of]] as const)

export const showVersion = ({ version, note, createdAt, createdBy }: ConfigurationVersion) => ({
  version,
  note,
  createdAt: showInstant(createdAt),
  createdBy,
})

export const showConfiguration = ({ configuration, ...version }: StoredConfiguration) => ({
  ...showVersion(version),
  configuration,
})

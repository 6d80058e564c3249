import { Type } from 'typebox'
import { readInstant } from '#api/instant.ts'
import { Rejected } from '#model/error.ts'
import type { CityPeriod, CityPeriods } from '#model/evaluation/city-period.ts'
import type { EvaluationTarget } from '#model/evaluation/evaluation.ts'
import {
  AREA_LEVELS,
  type AreaLevel,
  EVALUATED_POSTS,
} from '#model/evaluation/evaluation-subject.ts'
import type { EpochMs } from '#model/time.ts'

const moment = (description: string) =>
  Type.Optional(
    Type.String({
      maxLength: 40,
      description: `${description} A day of the city such as 2026-11-01, which stands for its first moment, or an instant: RFC 3339 with a zone, or epoch milliseconds.`,
    }),
  )

/** What every evaluation takes. */
export const periodParameters = {
  from: moment('Where the period begins; without `to` it lasts until now.'),
  to: moment('Where it ends, not in it. Without both it is the month that runs.'),
  configuration: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Evaluate by this version of the configuration.' }),
  ),
}

export interface GivenPeriod {
  readonly from?: string
  readonly to?: string
  readonly configuration?: number
}

/** @throws Rejected('invalid-input') */
export function readPeriod(
  { from, to }: GivenPeriod,
  periods: CityPeriods,
  now: EpochMs,
): CityPeriod {
  if (from === undefined && to === undefined) return periods.monthOf(now)
  if (from === undefined) throw invalid('from', 'from says where the period begins that ends at to')
  const read = (parameter: string, text: string): EpochMs =>
    periods.startOfDay(text) ?? (readInstant(parameter, text) as EpochMs)
  const begin = read('from', from)
  const end = to === undefined ? now : read('to', to)
  if (begin >= end) throw invalid('to', 'to is not after from')
  return { from: begin, to: end }
}

const invalid = (parameter: string, detail: string): Rejected =>
  new Rejected('invalid-input', detail, { detail: { errors: [{ parameter, detail }] } })

const areaParameters = {
  level: Type.Enum(Object.keys(AREA_LEVELS) as AreaLevel[], {
    default: 'district',
    description: 'How finely areas are told apart.',
  }),
  within: Type.Optional(
    Type.String({
      pattern: '^[0-9]{6}([0-9]{3}){0,3}$',
      description: 'Only what lies in this area: 6 digits a district, 9 a street, and so on.',
    }),
  ),
}

const departmentParameters = {
  withBelow: Type.Boolean({
    default: true,
    description: 'Each department with what those below it handle.',
  }),
}

const postParameters = {
  post: Type.Enum([...EVALUATED_POSTS], { description: 'Accounts are compared within a post.' }),
}

/** What is evaluated, each with the parameters of its own and what they stand for. */
export const TARGETS = {
  area: {
    parameters: areaParameters,
    target: ({ level, within }: { level: AreaLevel; within?: string }): EvaluationTarget => ({
      subject: 'area',
      digits: AREA_LEVELS[level],
      within: within ?? null,
    }),
  },
  department: {
    parameters: departmentParameters,
    target: ({ withBelow }: { withBelow: boolean }): EvaluationTarget => ({
      subject: 'department',
      withBelow,
    }),
  },
  class: { parameters: {}, target: (): EvaluationTarget => ({ subject: 'class' }) },
  post: {
    parameters: postParameters,
    target: ({ post }: { post: (typeof EVALUATED_POSTS)[number] }): EvaluationTarget => ({
      subject: post,
    }),
  },
} as const

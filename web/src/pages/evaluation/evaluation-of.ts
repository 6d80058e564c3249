import type { CountName } from '#model/evaluation/evaluation-count.ts'
import {
  AREA_LEVELS,
  EVALUATED_POSTS,
  type EvaluatedPost,
} from '#model/evaluation/evaluation-subject.ts'
import { api } from '#web/src/api/client.ts'
import { answerOf } from '#web/src/api/problem.ts'
import type { components, paths } from '#web/src/api/schema.d.ts'
import { addDays } from '#web/src/shared/city-day.ts'
import type { AddressFilter } from '#web/src/shared/use-address-filter.ts'
import type { DayPeriod } from './period.ts'

export type EvaluationView = components['schemas']['Evaluation']
export type EvaluatedRow = components['schemas']['EvaluatedRow']
type CasePage =
  paths['/api/v1/evaluation/area/cases']['get']['responses'][200]['content']['application/json']
export type Figures = components['schemas']['EvaluationFigures']

export const SUBJECTS = ['area', 'department', 'class', 'post'] as const
export type Subject = (typeof SUBJECTS)[number]
export const LEVELS = Object.keys(AREA_LEVELS) as (keyof typeof AREA_LEVELS)[]

/** What is asked for, by the names under which it stands in the address. */
export const EVALUATION_NAMES = [
  'of',
  'level',
  'within',
  'alone',
  'post',
  'period',
  'from',
  'to',
  'show',
  'key',
  'count',
  'parked',
] as const
export type EvaluationFilter = AddressFilter<(typeof EVALUATION_NAMES)[number]>

/** What is evaluated, with the parameters of its own. */
export type Target =
  | { readonly of: 'area'; readonly level: (typeof LEVELS)[number]; readonly within?: string }
  | { readonly of: 'department'; readonly withBelow: boolean }
  | { readonly of: 'class' }
  | { readonly of: 'post'; readonly post: EvaluatedPost }

const AREA = /^[0-9]{6}([0-9]{3}){0,3}$/
export const isAreaCode = (text: string): boolean => AREA.test(text)

export function targetOf({ of, level, within, alone, post }: EvaluationFilter): Target {
  const subject = SUBJECTS.find((each) => each === of) ?? 'area'
  if (subject === 'department') return { of: subject, withBelow: alone !== 'true' }
  if (subject === 'class') return { of: subject }
  if (subject === 'post') {
    return { of: subject, post: EVALUATED_POSTS.find((each) => each === post) ?? 'inspector' }
  }
  return {
    of: subject,
    level: LEVELS.find((each) => each === level) ?? 'district',
    ...(within !== undefined && isAreaCode(within) && { within }),
  }
}

const spanOf = ({ from, to }: DayPeriod) => ({ from, to: addDays(to, 1) })

/** As many as are asked for at once. */
const ROWS = 500

/** Where to read on, by the same version of the configuration as what was read before. */
export interface ReadOn {
  readonly after?: string
  readonly configuration?: number
}

/** Whether it comes as a file is up to who asks, and nobody asks for one here. */
async function found(request: Parameters<typeof answerOf<EvaluationView | string>>[0]) {
  return (await answerOf(request)) as EvaluationView
}

/** What was found of what is evaluated, in the order of their keys, page by page. */
export function evaluate(
  target: Target,
  period: DayPeriod,
  signal: AbortSignal,
  from: ReadOn = {},
): Promise<EvaluationView> {
  const shared = { ...spanOf(period), limit: ROWS, ...from }
  switch (target.of) {
    case 'area': {
      const { of: _, ...own } = target
      const query = { ...shared, ...own }
      return found(api.GET('/api/v1/evaluation/area', { params: { query }, signal }))
    }
    case 'department': {
      const query = { ...shared, withBelow: target.withBelow }
      return found(api.GET('/api/v1/evaluation/department', { params: { query }, signal }))
    }
    case 'class':
      return found(api.GET('/api/v1/evaluation/class', { params: { query: shared }, signal }))
    default: {
      const query = { ...shared, post: target.post }
      return found(api.GET('/api/v1/evaluation/post', { params: { query }, signal }))
    }
  }
}

/** A figure of a row; without a key of all rows. */
export interface Figure {
  readonly key: string | null
  readonly count: CountName
  readonly parked: 'counted' | 'left-out'
}

const CASES = 50

/** The cases behind a figure, the newest first. */
export function casesBehind(
  target: Target,
  period: DayPeriod,
  { key, count, parked }: Figure,
  after: string | undefined,
  signal: AbortSignal,
): Promise<CasePage> {
  const shared = {
    ...spanOf(period),
    count,
    parked,
    limit: CASES,
    ...(key !== null && { key }),
    ...(after !== undefined && { after }),
  }
  switch (target.of) {
    case 'area': {
      const { of: _, ...own } = target
      const query = { ...shared, ...own }
      return answerOf(api.GET('/api/v1/evaluation/area/cases', { params: { query }, signal }))
    }
    case 'department': {
      const query = { ...shared, withBelow: target.withBelow }
      return answerOf(api.GET('/api/v1/evaluation/department/cases', { params: { query }, signal }))
    }
    case 'class': {
      const params = { query: shared }
      return answerOf(api.GET('/api/v1/evaluation/class/cases', { params, signal }))
    }
    default: {
      const query = { ...shared, post: target.post }
      return answerOf(api.GET('/api/v1/evaluation/post/cases', { params: { query }, signal }))
    }
  }
}

/** Where the whole result is to be had as a file. */
export function fileAddress(target: Target, period: DayPeriod, format: 'csv' | 'xlsx'): string {
  const { of, ...own } = target
  const query = new URLSearchParams({ ...spanOf(period), format })
  for (const [name, value] of Object.entries(own)) query.set(name, String(value))
  return `/api/v1/evaluation/${of}?${query}`
}

import { days, type EpochMs, minus, parseInstant, plus } from '#model/time.ts'
import { badRequest, notFound } from './failure.ts'
import { findService } from './services.ts'

/** What the address of a list of requests asks for. */
export interface RequestQuery {
  /** Kind with class, as `part/0101`; a class of none: `part/`. */
  readonly services?: readonly string[] | undefined
  readonly from: EpochMs
  readonly to: EpochMs
  readonly isOver?: boolean | undefined
  readonly limit: number
}

export type Query = Readonly<Record<string, string | readonly string[] | undefined>>

/** A request list spans so much at most, and has so many requests. */
const SPAN = days(90)
export const REQUESTS_MAX = 1_000

/** The first value of a parameter; one that is empty counts as not given. */
export function first(query: Query, name: string): string | undefined {
  const value = query[name]
  const text = typeof value === 'string' ? value : value?.[0]
  return text === undefined || text.trim() === '' ? undefined : text.trim()
}

/** Values by commas, in one parameter or several of the name. */
export function listed(query: Query, name: string): readonly string[] | undefined {
  const values = [query[name] ?? []]
    .flat()
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '')
  return values.length === 0 ? undefined : values
}

/** @throws Rejected */
export function readRequestQuery(query: Query, now: EpochMs): RequestQuery {
  return {
    services: listed(query, 'service_code')?.map(readService),
    ...readSpan(query, now),
    isOver: readStatus(listed(query, 'status')),
    limit: REQUESTS_MAX,
  }
}

function readService(code: string): string {
  const service = findService(code)
  if (!service) throw notFound(`service_code ${code} was not found`)
  const { kind, class: named } = service
  return `${kind}/${named ? named.major + named.minor : ''}`
}

function readSpan(query: Query, now: EpochMs): Pick<RequestQuery, 'from' | 'to'> {
  const start = readDate(query, 'start_date')
  const end = readDate(query, 'end_date')
  const from = start ?? minus(end ?? now, SPAN)
  const to = end ?? plus(from, SPAN)
  if (to < from) throw badRequest('end_date', 'end_date is before start_date')
  if (to - from > SPAN)
    throw badRequest('end_date', 'start_date and end_date span more than 90 days')
  return { from, to }
}

/** Minutes are enough for the standard. */
export function readDate(query: Query, name: string): EpochMs | undefined {
  const text = first(query, name)
  if (text === undefined) return undefined
  const whole = text
    .replace(/ (\d\d:?\d\d)$/, '+$1')
    .replace(/(T\d\d:\d\d)(Z|[+-]\d\d:\d\d)$/, '$1:00$2')
  const at = parseInstant(whole)
  if (at === undefined) {
    throw badRequest(name, `${name} is no date and time with a zone, such as 2026-11-23T00:00:00Z`)
  }
  return at
}

function readStatus(given: readonly string[] | undefined): boolean | undefined {
  if (given === undefined) return undefined
  const unknown = given.find((status) => status !== 'open' && status !== 'closed')
  if (unknown !== undefined)
    throw badRequest('status', `status ${unknown} is neither open nor closed`)
  const isBoth = given.includes('open') && given.includes('closed')
  return isBoth ? undefined : given.includes('closed')
}

import type { Case } from '#model/case.ts'
import { CASE_STATES, type CaseState, stageOf } from '#model/case-state.ts'
import { type EpochMs, epochMs, formatInstant } from '#model/time.ts'
import type { NoticedEvent } from './ports.ts'

/** Digits of `sequence`, which is compared as text. */
const SEQUENCE_DIGITS = 10

/** What a notice tells of the case beside the event, as far as the case has it. */
const CASE_FACTS = [
  'id',
  'number',
  'state',
  'source',
  'kind',
  'edition',
  'class',
  'condition',
  'severity',
  'title',
  'description',
  'phenomenon',
  'objectId',
  'deviceId',
  'partId',
  'district',
  'gridCode',
  'areaCode',
  'place',
  'address',
  'departmentId',
  'outsideNumber',
  'limit',
  'deadlineAt',
  'deadlineMark',
  'handleDeadlineAt',
  'originalDeadlineAt',
  'caseDeadlineAt',
  'caseDeadlineMark',
  'parkedUntil',
  'stateSince',
  'reportedAt',
  'acceptedAt',
  'filedAt',
  'dispatchedAt',
  'startedAt',
  'fedBackAt',
  'checkedAt',
  'closedAt',
  'isUrgent',
  'isKey',
  'isAutomatic',
  'extensions',
  'returns',
  'reworks',
  'urgings',
  'joined',
  'masterId',
  'relapseOf',
] as const satisfies readonly (keyof Case)[]

/**
 * The notice of an event as a CloudEvent in structured mode. The text depends on nothing but rows
 * that are never rewritten: every attempt, of every process, sends the same bytes.
 */
export function caseNotice(event: NoticedEvent, source: string): string {
  const { basis: _, ...changes } = event.changes
  return JSON.stringify({
    specversion: '1.0',
    id: event.id,
    source,
    type: `wanmi.case.${event.type}`,
    subject: event.caseThen['number'],
    time: formatInstant(event.at),
    datacontenttype: 'application/json',
    sequence: String(event.sequence).padStart(SEQUENCE_DIGITS, '0'),
    data: {
      event: {
        type: event.type,
        sequence: event.sequence,
        at: formatInstant(event.at),
        actor: { name: event.actorName, role: event.actorRole },
        origin: event.origin,
        reason: event.reason,
        detail: withInstants(event.detail),
        changes: withInstants(changes),
      },
      case: caseFacts(event.caseThen),
    },
  })
}

/** What a hook is sent to try it. */
export const testNotice = (
  id: string,
  at: EpochMs,
  source: string,
  webhook: { readonly id: string; readonly title: string },
): string =>
  JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type: 'wanmi.webhook.test',
    subject: webhook.id,
    time: formatInstant(at),
    datacontenttype: 'application/json',
    data: { webhook: { id: webhook.id, title: webhook.title } },
  })

function caseFacts(caseThen: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known = CASE_FACTS.filter((name) => caseThen[name] !== undefined)
  const facts = withInstants(Object.fromEntries(known.map((name) => [name, caseThen[name]])))
  const state = CASE_STATES.find((each) => each === caseThen['state'])
  return { ...(facts as object), ...(state === undefined ? {} : stageFacts(state)) }
}

const stageFacts = (state: CaseState) => ({ stage: stageOf(state) })

const INSTANT = /(?:^at|^from|^to|^until|At|Until|Since)$/

/** The same with instants, which events keep in epoch milliseconds, in RFC 3339. */
function withInstants(value: unknown, name = ''): unknown {
  if (typeof value === 'number') return INSTANT.test(name) ? formatInstant(epochMs(value)) : value
  if (Array.isArray(value)) return value.map((item) => withInstants(item, name))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withInstants(inner, key)]),
  )
}

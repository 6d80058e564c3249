import type { NewReport } from '#model/case.ts'
import { DEFAULT_EDITION } from '#model/catalogue.ts'
import { IMPORT_REASONS } from '#model/import-report.ts'
import type { IntegrationFields } from '#model/integration.ts'
import { PART_ID_PATTERN } from '#model/part.ts'
import { type Place, placeFault } from '#model/place.ts'
import { isStorable } from '#model/storable.ts'
import { badRequest, notFound } from './failure.ts'
import { first, type Query, readDate } from './request-query.ts'
import { ATTRIBUTES, findService, type Service, serviceName } from './services.ts'

const DESCRIPTION_MAX = 4_000
const ADDRESS_MAX = 300
const NAME_MAX = 100
const PHONE_MAX = 40
const URL_MAX = 500
const KEY_MAX = 100

const isPartId = new RegExp(PART_ID_PATTERN)

/**
 * The report that a form of the standard stands for.
 *
 * @param key of the sender, that makes the same form sent again change nothing
 * @throws Rejected
 */
export function readNewRequest(
  form: Query,
  { source }: IntegrationFields,
  key: string | undefined,
): NewReport {
  if (!isStorable(form))
    throw badRequest('description', 'a text has a character that cannot be kept')
  const code = first(form, 'service_code')
  if (code === undefined) throw badRequest('service_code', 'service_code was not provided')
  const service = findService(code)
  if (!service) throw notFound(`service_code ${code} was not found`)
  const place = readPlace(form)
  const address = within(form, 'address_string', ADDRESS_MAX)
  const partId = readPartId(form)
  if (place === null && address === null && partId === null) {
    throw badRequest('lat', 'lat and long, or address_string, or address_id has to be provided')
  }
  const { condition, urgent, observedAt } = readAttributes(form, service)
  return {
    source,
    kind: service.kind,
    edition: service.class ? DEFAULT_EDITION : null,
    class: service.class ? service.class.major + service.class.minor : null,
    condition,
    description: descriptionOf(form, service, condition),
    place,
    address,
    partId,
    observedAt,
    isUrgent: urgent,
    attachments: [],
    outsideNumber: null,
    contact: contactOf(form),
    key: readKey(key),
  }
}

function readKey(key: string | undefined): string | null {
  if (key === undefined || key.trim() === '') return null
  if (key.length > KEY_MAX) {
    throw badRequest('idempotency-key', `Idempotency-Key has more than ${KEY_MAX} characters`)
  }
  return `open311 ${key.trim()}`
}

function within(form: Query, name: string, max: number): string | null {
  const text = first(form, name)
  if (text === undefined) return null
  if (text.length > max) throw badRequest(name, `${name} has more than ${max} characters`)
  return text
}

function readPlace(form: Query): Place | null {
  const [lat, long] = [degrees(form, 'lat'), degrees(form, 'long')]
  const fault = placeFault(long, lat)
  if (fault !== undefined) throw badRequest('lat', `lat and long: ${IMPORT_REASONS[fault]}`)
  return lat === undefined || long === undefined ? null : { lon_deg: long, lat_deg: lat }
}

function degrees(form: Query, name: string): number | undefined {
  const text = first(form, name)
  if (text === undefined) return undefined
  if (!/^[+-]?\d+(?:\.\d+)?$/.test(text)) throw badRequest(name, `${name} is no number of degrees`)
  return Number(text)
}

/** The addresses that a city gives ids are those of its parts. */
function readPartId(form: Query): string | null {
  const text = first(form, 'address_id')
  if (text === undefined) return null
  if (!isPartId.test(text))
    throw badRequest('address_id', 'address_id is the 16-digit code of a part')
  return text
}

const ATTRIBUTE = /^attribute\[([^\]]*)\](?:\[\])?$/

function readAttributes(form: Query, service: Service) {
  const given: Record<string, Query[string]> = {}
  for (const [name, value] of Object.entries(form)) {
    const [, attribute] = ATTRIBUTE.exec(name) ?? []
    if (attribute === undefined) continue
    if (!ATTRIBUTES.some((each) => each === attribute)) {
      const known = ATTRIBUTES.join(', ')
      throw badRequest(name, `${service.code} has no attribute ${attribute}: ${known}`)
    }
    given[attribute] = value
  }
  const urgent = first(given, 'urgent') ?? 'no'
  if (urgent !== 'yes' && urgent !== 'no')
    throw badRequest('urgent', 'urgent is neither yes nor no')
  return {
    condition: readCondition(first(given, 'condition'), service),
    urgent: urgent === 'yes',
    observedAt: readDate(given, 'observed_at') ?? null,
  }
}

function readCondition(given: string | undefined, { code, conditions }: Service): string | null {
  if (given === undefined) return null
  if (conditions.some(({ condition }) => condition === given)) return given
  const known = conditions.map(({ condition }) => condition).join(', ') || 'it has none'
  throw badRequest('condition', `${code} has no condition ${given}: ${known}`)
}

/** What is shown of it must lie elsewhere: it is named, and never fetched. */
function descriptionOf(form: Query, service: Service, condition: string | null): string {
  const filed = service.conditions.find((each) => each.condition === condition)
  const told =
    within(form, 'description', DESCRIPTION_MAX) ??
    `${serviceName(service)}${filed?.title.zh ?? ''}`
  const media = within(form, 'media_url', URL_MAX)
  if (media === null) return told
  if (!URL.canParse(media) || !/^https?:$/.test(new URL(media).protocol)) {
    throw badRequest('media_url', 'media_url is no address of the web')
  }
  return `${told}\n${media}`
}

/** For an answer: kept with the report, and shown to nobody but whoever accepts it. */
function contactOf(form: Query): NewReport['contact'] {
  const family = within(form, 'last_name', NAME_MAX)
  const given = within(form, 'first_name', NAME_MAX)
  const email = within(form, 'email', NAME_MAX)
  const phone = within(form, 'phone', PHONE_MAX)
  const words = [family, given].filter((word) => word !== null)
  const name = [words.join(isHan(words) ? '' : ' '), email === null ? '' : `<${email}>`]
    .filter((part) => part !== '')
    .join(' ')
  return name === '' && phone === null ? null : { name: name === '' ? null : name, phone }
}

const isHan = (words: readonly string[]): boolean =>
  words.every((word) => /^\p{Script=Han}+$/u.test(word))

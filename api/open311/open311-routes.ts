import formbody from '@fastify/formbody'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '#api/app.ts'
import type { Identities } from '#api/authentication.ts'
import type { CaseDesk } from '#api/routes/case-command-routes.ts'
import type { Integrations } from '#api/routes/integration-routes.ts'
import { Rejected } from '#model/error.ts'
import { ownValue } from '#model/own-value.ts'
import type { Principal } from '#model/principal.ts'
import type { EpochMs } from '#model/time.ts'
import { UUID_PATTERN } from '#model/uuid.ts'
import { showDiscovery } from './discovery.ts'
import { notFound, sendFailure } from './failure.ts'
import { formatOf, type Open311Document, sendDocument, withoutFormat } from './format.ts'
import { readNewRequest } from './new-request.ts'
import {
  first,
  listed,
  type Query,
  REQUESTS_MAX,
  type RequestQuery,
  readRequestQuery,
} from './request-query.ts'
import { allServices, findService, showDefinition, showService } from './services.ts'
import { type RequestNames, type ServiceRequest, showRequest } from './show-request.ts'
import { statusNotes } from './status-notes.ts'

interface Reader {
  readonly principal: Principal & { readonly accountId: string }
  readonly readsAll: boolean
}

/** What the door of the standard needs of the rest of Wanmi. */
export interface Open311 {
  readonly requests: {
    find(ids: readonly string[], reader: Reader): Promise<readonly ServiceRequest[]>
    list(query: RequestQuery, reader: Reader): Promise<readonly ServiceRequest[]>
  }
  readonly names: RequestNames
  /** Where the first picture of each report is that anybody may see; unset: there are none. */
  readonly mediaOf?: (reportIds: readonly string[]) => Promise<ReadonlyMap<string, string>>
  now(): EpochMs
  readonly config: {
    /** Which city this is; null: whatever a client calls it. */
    readonly jurisdictionId: string | null
    readonly contact: string
    /** Under which the world knows this service; null: as each client does. */
    readonly publicUrl: string | null
  }
}

interface Open311Parts extends Open311 {
  readonly desk: Pick<CaseDesk, 'report'>
  readonly integrations: Pick<Integrations, 'fieldsOf'>
  readonly identities: Pick<Identities, 'ofToken'>
}

export const OPEN311_BASE = '/open311/v2'

type Handler = (
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<Open311Document> | Open311Document

/** Of what can be asked for, by its name in the address. */
type Handlers = Readonly<Record<string, Handler | undefined>>

const isUuid = new RegExp(UUID_PATTERN)

/**
 * Open311 GeoReport v2: other systems file reports and read what became of them. In XML and JSON, by
 * the ending of the address; with its own errors. Whoever asks is known by the key in `api_key`, or
 * as bearer; what is the same for everybody is told without one.
 */
export function open311Routes(app: App, parts: Open311Parts): void {
  const { requests, names, desk, integrations, config } = parts

  const reader = async (request: FastifyRequest): Promise<Reader> => {
    const principal = caller(request, parts.identities)
    const { readsAll } = await integrations.fieldsOf(principal.accountId)
    return { principal, readsAll }
  }
  const shown = async (found: readonly ServiceRequest[]): Promise<Open311Document> => {
    const media = await parts.mediaOf?.(found.map(({ report }) => report.id))
    const value = found.map((each) => showRequest(each, names, media?.get(each.report.id) ?? null))
    return { root: 'service_requests', value }
  }
  const findOne = async (request: FastifyRequest, what: string, id: string) => {
    const who = await reader(request)
    const found = isUuid.test(id) ? await requests.find([id], who) : []
    if (found.length === 0) throw notFound(`${what} ${id} was not found`)
    return found
  }

  const discovery: Handler = (request) => ({
    root: 'discovery',
    value: showDiscovery(config, `${request.protocol}://${request.host}`),
  })
  const services: Handler = () => ({ root: 'services', value: allServices().map(showService) })
  const definition: Handler = (request) => {
    const code = nameIn(request)
    const service = findService(code)
    if (!service) throw notFound(`service_code ${code} was not found`)
    return { root: 'service_definition', value: showDefinition(service) }
  }
  const list: Handler = async (request) => {
    const query = request.query as Query
    const who = await reader(request)
    const ids = listed(query, 'service_request_id')?.filter((id) => isUuid.test(id))
    if (ids === undefined) {
      return await shown(await requests.list(readRequestQuery(query, parts.now()), who))
    }
    return await shown(await requests.find(ids.slice(0, REQUESTS_MAX), who))
  }
  const show: Handler = async (request) =>
    await shown(await findOne(request, 'service_request_id', nameIn(request)))
  const token: Handler = async (request) => {
    const given = nameIn(request)
    const found = await findOne(request, 'token', given)
    const value = found.map(({ report }) => ({ service_request_id: report.id, token: given }))
    return { root: 'service_requests', value }
  }
  const create: Handler = async (request, reply) => {
    const form = (request.body ?? {}) as Query
    const principal = caller(request, parts.identities)
    const fields = await integrations.fieldsOf(principal.accountId)
    const key = request.headers['idempotency-key']
    const report = readNewRequest(form, fields, typeof key === 'string' ? key : undefined)
    const { reportId } = await desk.report(report, principal, 'open311')
    const made = await requests.find([reportId], { principal, readsAll: false })
    void reply.code(201)
    return {
      root: 'service_requests',
      value: made.map((each) => ({
        service_request_id: reportId,
        service_notice: statusNotes(each),
        account_id: null,
      })),
    }
  }

  void app.register(
    async (scope: App) => {
      scope.removeAllContentTypeParsers()
      await scope.register(formbody)
      scope.setErrorHandler((error, request, reply) => {
        const failed = sendFailure(reply, formatOf(request.url) ?? 'xml', error)
        if (failed.statusCode === 500) request.log.error({ err: error }, 'request failed')
        return failed
      })
      const route = (method: 'GET' | 'POST', url: string, handlers: Handlers): void => {
        scope.route({
          method,
          url,
          schema: { hide: true },
          handler: async (request, reply) => {
            const format = formatOf(request.url)
            if (format === undefined) throw notFound('the format is neither xml nor json')
            requireJurisdiction(request, config.jurisdictionId)
            const { resource = '' } = request.params as { resource?: string }
            const name = url.endsWith(':name') ? resource : withoutFormat(resource)
            const handler = ownValue(handlers, name)
            if (!handler) throw nothing(request)
            return sendDocument(reply, format, await handler(request, reply))
          },
        })
      }
      route('GET', '/:resource', { discovery, services, requests: list })
      route('GET', '/:resource/:name', { services: definition, requests: show, tokens: token })
      route('POST', '/:resource', { requests: create })
      for (const method of ['GET', 'POST'] as const) route(method, '/*', {})
      return Promise.resolve()
    },
    { prefix: OPEN311_BASE },
  )
}

const nothing = (request: FastifyRequest): Rejected =>
  notFound(`there is no ${request.method} ${request.url.split('?', 1)[0]}`)

const nameIn = (request: FastifyRequest): string =>
  withoutFormat((request.params as { name: string }).name)

/** Whoever the key of a request stands for. @throws Rejected('forbidden') */
function caller(
  request: FastifyRequest,
  identities: Pick<Identities, 'ofToken'>,
): Reader['principal'] {
  const [, bearer] = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? '') ?? []
  const key =
    bearer ??
    first((request.body ?? {}) as Query, 'api_key') ??
    first(request.query as Query, 'api_key')
  if (key === undefined) throw new Rejected('forbidden', 'api_key was not provided')
  const identity = identities.ofToken(key)
  const accountId = identity?.principal.accountId ?? null
  if (identity === undefined || accountId === null) {
    throw new Rejected('forbidden', 'api_key is not valid')
  }
  request.identity = identity
  request.principal = identity.principal
  return { ...identity.principal, accountId }
}

/** A client may name the city it means; one that names another is lost. */
function requireJurisdiction(request: FastifyRequest, own: string | null): void {
  const given =
    first(request.query as Query, 'jurisdiction_id') ??
    first((request.body ?? {}) as Query, 'jurisdiction_id')
  if (own !== null && given !== undefined && given !== own) {
    throw notFound(`jurisdiction_id ${given} was not found`)
  }
}

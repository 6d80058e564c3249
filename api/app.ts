import {
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import type { Socket } from 'node:net'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { Ajv, type ValidateFunction } from 'ajv'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  LogController,
} from 'fastify'
import { isWanmiError, Rejected } from '#model/error.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Metrics } from '#runtime/metrics.ts'
import { NO_TRACER, type Tracer } from '#runtime/trace/tracer.ts'
import type { ConsolePage } from './console/console-pages.ts'
import { httpServer, type ServerOptions } from './http-server.ts'
import { PROBLEM_TYPE, type Problem, toProblem } from './problem.ts'
import { requestIdOf, tellRequestId } from './request-id.ts'
import { cutSlowBodies } from './slow-bodies.ts'
import { traceRequests } from './trace-requests.ts'
import { checkProxies, proxyCheck } from './trusted-proxies.ts'

/** An HTTP application whose routes are typed by their schemas. */
export type App = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

const RETRY_AFTER_S = 5

/** An application without routes, that answers every failure with a problem document. */
export function createApp(options: {
  readonly bodyLimitBytes: number
  /** Addresses and networks of proxies whose X-Forwarded-* headers are believed. */
  readonly trustedProxies: readonly string[]
  /** How it listens; it does not where this is left out. */
  readonly server?: Omit<ServerOptions, 'isProxy' | 'metrics'>
  readonly log: Logger
  readonly metrics: Metrics
  /** What is sent where no route stands and a browser asks for a page. */
  readonly page?: Pick<ConsolePage, 'isAt' | 'send'> | undefined
  readonly tracer?: Tracer
}): App {
  const loggerInstance: FastifyBaseLogger = options.log
  const { server, trustedProxies, metrics } = options
  const proxies = checkProxies(trustedProxies)
  const isProxy = proxyCheck(proxies)
  const app = fastify({
    bodyLimit: options.bodyLimitBytes,
    trustProxy: proxies.length === 0 ? false : [...proxies],
    ...(server && {
      serverFactory: (handler: RequestListener) =>
        httpServer(handler, { ...server, isProxy, metrics }),
    }),
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    return503OnClosing: false,
    exposeHeadRoutes: false,
    genReqId: requestIdOf,
    forceCloseConnections: 'idle',
    clientErrorHandler: (error, socket) => refuseConnection(error, socket),
    frameworkErrors: (error, _request, reply) => {
      void sendProblem(reply, error)
    },
  }).withTypeProvider<TypeBoxTypeProvider>()
  // Numbers in an address are text; in a body they are numbers or wrong.
  const shared = {
    allErrors: true,
    strict: false,
    // JSON reads 1e999 as infinite, which no column can keep.
    strictNumbers: true,
    useDefaults: true,
  } as const
  const strict = new Ajv(shared)
  const coercing = new Ajv({ ...shared, coerceTypes: true })
  app.setValidatorCompiler(({ schema, httpPart }) =>
    compiledLate(httpPart === 'body' ? strict : coercing, schema as object),
  )
  app.setSerializerCompiler(() => JSON.stringify)
  tellRequestId(app)
  traceRequests(app, options.tracer ?? NO_TRACER)
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error)
    if (problem.status === 500) {
      const told = { request: request.id, route: request.routeOptions.url }
      options.log.error({ err: error, ...told }, 'request failed')
    }
    return sendProblem(reply, error, problem)
  })
  app.setNotFoundHandler((request, reply) => {
    if (options.page?.isAt(request)) return options.page.send(reply)
    const what = `${request.method} ${request.url.split('?', 1)[0]}`
    return sendProblem(reply, new Rejected('not-found', `there is no ${what}`))
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    const labels = { method: request.method, route, status: reply.statusCode }
    options.metrics.httpRequestSeconds.observe(labels, reply.elapsedTime / 1_000)
    const duration_ms = Math.round(reply.elapsedTime)
    options.log.debug({ request: request.id, ...labels, duration_ms }, 'request answered')
    return Promise.resolve()
  })
  if (server) cutSlowBodies(app, server.requestTimeoutMs, metrics)
  return app
}

/**
 * A check that is compiled when it is first needed. To compile those of all routes takes a third of a
 * second of each start, and most of them are asked for late or never.
 */
function compiledLate(ajv: Ajv, schema: object) {
  let check: ValidateFunction | undefined
  return (data: unknown) => {
    check ??= ajv.compile(schema)
    return check(data) || { error: check.errors ?? [] }
  }
}

const CONNECTION_STATUS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
}

/** What is no HTTP at all, or too slow or too large to become a request. */
function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  const { code = '' } = error
  // A handshake that failed has nobody who could read an answer.
  if (!/^(HPE_|ERR_HTTP_)/.test(code) || !socket.writable) {
    socket.destroy()
    return
  }
  const status = CONNECTION_STATUS[code] ?? 400
  const refused = new Rejected('invalid-input', `not an HTTP request: ${error.message}`)
  const body = JSON.stringify({ ...toProblem(refused), status })
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${PROBLEM_TYPE}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

/** Answers with the problem document of an error. */
function sendProblem(
  reply: FastifyReply,
  error: unknown,
  problem: Problem = toProblem(error),
): FastifyReply {
  const told = isWanmiError(error) ? error.detail.retryAfter_s : undefined
  if (typeof told === 'number') void reply.header('retry-after', String(told))
  else if (problem.status === 503) void reply.header('retry-after', String(RETRY_AFTER_S))
  return reply.code(problem.status).type(PROBLEM_TYPE).send(problem)
}

import type { AddressInfo } from 'node:net'
import cookies from '@fastify/cookie'
import { messageOf, Rejected, Unavailable } from '#model/error.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import type { TlsKeeper } from '#runtime/tls/tls-keeper.ts'
import type { ApiOptions } from './api-ports.ts'
import { allRoutes } from './api-routes.ts'
import { type App, createApp } from './app.ts'
import { auditRequests } from './audit-requests.ts'
import { authenticate } from './authentication.ts'
import { consolePages, readConsolePage } from './console/console-pages.ts'
import { documentRoutes, serveDocumentation } from './documentation.ts'
import { guardRoutes } from './guard.ts'
import { LiveHub } from './live/live-hub.ts'
import { cutOpenAnswers } from './open-answers.ts'
import { openTls } from './open-tls.ts'
import { NOBODY } from './people-routes.ts'
import { Problem } from './problem.ts'
import { rateLimits } from './rate-limits.ts'
import { withWarnings } from './routes/health-routes.ts'
import { PlaceView } from './schemas/shared.ts'
import { securityHeaders } from './security-headers.ts'
import { ownAddress } from './sign-in/own-address.ts'
import { sessionCookie } from './sign-in/session-cookie.ts'

/** Requests under way when the service stops may take so long to finish. */
const CLOSING_MS = 10_000

/** The HTTP side of Wanmi. */
export interface Api {
  /** To be told of what each commit wrote. */
  readonly live: Pick<LiveHub, 'readings' | 'cases' | 'state' | 'hasMap'>
  /**
   * Begins to listen and hands back the address, such as `http://127.0.0.1:8080`.
   *
   * @throws Unavailable('port-in-use'), Rejected('bad-configuration')
   */
  listen(): Promise<string>
  /** Ends the live viewers, lets requests under way finish, and stops listening. */
  close(): Promise<void>
  /** Reads certificate and key again now; those that cannot be used change nothing. */
  reloadTls(): Promise<void>
}

export function createApi(options: ApiOptions): Api {
  const { config, metrics, log, people } = options
  const live = new LiveHub(metrics)
  const opening = openTls(config, { clock: people.clock, metrics, log })
  const building = opening.then((tls) => buildApp(options, live, tls))
  return {
    live,
    reloadTls: async () => (await opening)?.reload(),
    async listen() {
      const app = await building
      try {
        await app.listen({ host: config.host, port: config.port })
      } catch (error) {
        throw listenError(error, config)
      }
      const tls = await opening
      return urlOf(app.server.address() as AddressInfo, tls === null ? 'http' : 'https')
    },
    async close() {
      const app = await building
      const giveUp = setTimeout(() => app.server.closeAllConnections(), CLOSING_MS).unref()
      await app.close()
      clearTimeout(giveUp)
      await (await opening)?.close()
    },
  }
}

/** The application with every route, listening nowhere yet. */
export async function buildApp(
  options: ApiOptions,
  live: LiveHub,
  tls: TlsKeeper | null = null,
): Promise<App> {
  const { config, log, metrics, people } = options
  const { bodyLimitBytes, trustedProxies } = config
  const { folder, config: consoleConfig } = options.console
  const page = folder === null ? undefined : await readConsolePage(folder, consoleConfig)
  const server = { ...config, tls }
  const tracing = options.tracer ? { tracer: options.tracer } : {}
  const parts = { bodyLimitBytes, trustedProxies, server, log, metrics, page }
  const app = createApp({ ...parts, ...tracing })
  app.addHook('preClose', async () => Promise.resolve(live.close()))
  const own = ownAddress(config.publicUrl)
  const cookie = sessionCookie(own)
  const isHttps = tls !== null || own.publicUrl?.protocol === 'https:'
  await securityHeaders(app, { isHttps })
  await app.register(cookies)
  const { ratePerAddress: perAddress, ratePerCredential: perCredential } = config
  const count = await rateLimits(app, { perAddress, perCredential })
  const isPage = page?.isAt ?? (() => false)
  const { identities } = people
  authenticate(app, { token: options.token, identities, cookie, own, count, isPage })
  auditRequests(app, people.audit, log)
  guardRoutes(app)
  cutOpenAnswers(app, people.identities)
  await documentRoutes(app)
  app.addSchema(Problem)
  app.addSchema(PlaceView)
  const readiness = () => withWarnings(options.readiness(), tls?.warnings() ?? [])
  allRoutes(app, options, { live, readiness, own, cookie })
  await serveDocumentation(app)
  if (page) await consolePages(app, page)
  await app.ready()
  return app
}

/** The OpenAPI document of the routes, for `docs/api/openapi.json`. */
export async function openApiDocument(): Promise<object> {
  const metrics = createMetrics()
  const options = {
    config: readConfig({}).http,
    console: {
      config: readConfig({}).console,
      timeZone: 'Asia/Shanghai',
      version: '1',
      folder: null,
    },
    token: '',
    people: NOBODY,
    metrics,
    log: silentLogger,
  }
  // No handler runs while the document is made, so none misses its port.
  const app = await buildApp(options as unknown as ApiOptions, new LiveHub(metrics))
  const document = app.swagger()
  await app.close()
  return document
}

function listenError(error: unknown, { host, port }: ApiOptions['config']): Error {
  const { code } = error as NodeJS.ErrnoException
  const detail = { host, port }
  if (code === 'EADDRINUSE') {
    const sentence = `port ${port} of HTTP_PORT is in use: stop what listens there, or set another`
    return new Unavailable('port-in-use', sentence, { detail, cause: error })
  }
  const sentence = `HTTP cannot listen on ${host} port ${port}: ${messageOf(error)}`
  return new Rejected('bad-configuration', sentence, { detail, cause: error })
}

/** Where a client on this machine finds it, also when it listens on every address. */
function urlOf({ address, port, family }: AddressInfo, scheme: string): string {
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address] ?? address
  return `${scheme}://${family === 'IPv6' ? `[${host}]` : host}:${port}`
}

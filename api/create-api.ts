import type { AddressInfo } from 'node:net'
import cookies from '@fastify/cookie'
import { type Config, readConfig } from '#runtime/config.ts'
import { type Logger, silentLogger } from '#runtime/logger.ts'
import { createMetrics, type Metrics } from '#runtime/metrics.ts'
import type { TlsKeeper } from '#runtime/tls/tls-keeper.ts'
import type { Tracer } from '#runtime/trace/tracer.ts'
import { type App, createApp } from './app.ts'
import { auditRequests } from './audit-requests.ts'
import { authenticate } from './authentication.ts'
import { consolePages, readConsolePage } from './console/console-pages.ts'
import { type ConsoleConfig, consoleRoutes } from './console/console-routes.ts'
import type { FindDevice } from './device-in-sight.ts'
import { documentRoutes, serveDocumentation } from './documentation.ts'
import { guardRoutes } from './guard.ts'
import { listenError } from './listen-error.ts'
import { LiveHub } from './live/live-hub.ts'
import { cutOpenAnswers } from './open-answers.ts'
import { openTls } from './open-tls.ts'
import { type Open311, open311Routes } from './open311/open311-routes.ts'
import { NOBODY, type People, peopleRoutes } from './people-routes.ts'
import { Problem } from './problem.ts'
import { rateLimits } from './rate-limits.ts'
import { aggregateRoutes, type ReadingSummaries } from './routes/aggregate-routes.ts'
import { type AreaRegistry, areaRoutes } from './routes/area-routes.ts'
import { type Attachments, attachmentRoutes } from './routes/attachment-routes.ts'
import { type Backtests, backtestRoutes } from './routes/backtest-routes.ts'
import { type CalendarImports, calendarImportRoutes } from './routes/calendar-import-routes.ts'
import { calendarRoutes, type WorkCalendarDesk } from './routes/calendar-routes.ts'
import { type CaseDesk, caseCommandRoutes } from './routes/case-command-routes.ts'
import { type CaseExchange, caseExchangeRoutes } from './routes/case-exchange-routes.ts'
import { type CaseFlow, type Cases, caseRoutes } from './routes/case-routes.ts'
import { type Commands, commandRoutes, type Deliver } from './routes/command-routes.ts'
import { type Connections, connectionRoutes } from './routes/connection-routes.ts'
import { type DeviceHealth, deviceHealthRoutes } from './routes/device-health-routes.ts'
import { type DeviceRegistry, deviceRoutes } from './routes/device-routes.ts'
import { type CityMap, deviceStateRoutes } from './routes/device-state-routes.ts'
import { type Episodes, episodeRoutes } from './routes/episode-routes.ts'
import {
  type EvaluationConfigurations,
  evaluationConfigurationRoutes,
} from './routes/evaluation-configuration-routes.ts'
import { type Evaluator, evaluationRoutes } from './routes/evaluation-routes.ts'
import { type Explainer, explainRoutes, type SeesCase } from './routes/explain-routes.ts'
import { type Filing, filingRoutes } from './routes/filing-routes.ts'
import { type GridLoads, gridLoadRoutes } from './routes/grid-load-routes.ts'
import { type GridRegistry, gridRoutes } from './routes/grid-routes.ts'
import { healthRoutes, type Readiness, withWarnings } from './routes/health-routes.ts'
import { type Imports, importRoutes } from './routes/import-routes.ts'
import { type Integrations, integrationRoutes } from './routes/integration-routes.ts'
import { liveRoutes } from './routes/live-routes.ts'
import { type Overrides, overrideRoutes } from './routes/override-routes.ts'
import { type PartRegistry, partRoutes } from './routes/part-routes.ts'
import { problemRoutes } from './routes/problem-routes.ts'
import { type Quarantine, quarantineRoutes, type Replay } from './routes/quarantine-routes.ts'
import { type ReadingHistory, readingRoutes } from './routes/reading-routes.ts'
import { type RuleBook, ruleRoutes } from './routes/rule-routes.ts'
import { type RuleTestDesk, type RuleWords, ruleTestRoutes } from './routes/rule-test-routes.ts'
import { type ReadSeries, seriesRoutes } from './routes/series-routes.ts'
import { type SystemCare, systemRoutes } from './routes/system-routes.ts'
import { type Tracks, trackRoutes } from './routes/track-routes.ts'
import { type WebhookDeliveries, webhookDeliveryRoutes } from './routes/webhook-delivery-routes.ts'
import { type Webhooks, webhookRoutes } from './routes/webhook-routes.ts'
import { PlaceView } from './schemas/shared.ts'
import { securityHeaders } from './security-headers.ts'
import { ownAddress } from './sign-in/own-address.ts'
import { sessionCookie } from './sign-in/session-cookie.ts'

/** What the API needs of the rest of Wanmi. */
export interface ApiPorts {
  readonly devices: DeviceRegistry
  readonly parts: PartRegistry
  readonly grids: GridRegistry
  readonly gridLoads: GridLoads
  readonly areas: AreaRegistry
  readonly attachments: Attachments
  readonly imports: Imports
  readonly workCalendar: WorkCalendarDesk & CalendarImports
  readonly findDevice: FindDevice
  readonly cityMap: CityMap
  readonly deviceHealth: DeviceHealth
  readonly readings: ReadingHistory
  readonly readSeries: ReadSeries
  readonly readingSummaries: ReadingSummaries
  readonly tracks: Tracks
  readonly quarantine: Quarantine
  readonly replay: Replay
  readonly episodes: Episodes
  readonly cases: Cases
  readonly caseFlow: CaseFlow
  readonly caseDesk: CaseDesk
  readonly caseExchange: CaseExchange
  readonly integrations: Integrations
  readonly open311: Open311
  readonly filing: Filing
  readonly seesCase: SeesCase
  readonly evaluator: Evaluator
  readonly evaluationConfigurations: EvaluationConfigurations
  readonly rules: RuleBook & Overrides
  readonly ruleTests: RuleTestDesk
  readonly ruleWords: RuleWords
  readonly explainer: Explainer
  readonly backtests: Backtests
  readonly commands: Commands
  readonly deliver: Deliver
  readonly connections: Connections
  readonly webhooks: Webhooks
  readonly webhookDeliveries: WebhookDeliveries
  readonly people: People
  readonly readiness: () => Readiness
  readonly system: SystemCare
}

type HttpConfig = Omit<Config['http'], 'adminToken'>

export interface ConsoleOptions {
  readonly config: ConsoleConfig
  /** Of the city. */
  readonly timeZone: string
  readonly version: string
  /** Where the console was built into; null: it is not served. */
  readonly folder: string | null
}

export interface ApiOptions extends ApiPorts {
  readonly config: HttpConfig
  readonly console: ConsoleOptions
  /** The bearer token. */
  readonly token: string
  readonly metrics: Metrics
  readonly tracer?: Tracer
  readonly log: Logger
}

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
  healthRoutes(app, readiness, metrics)
  systemRoutes(app, options.system, { readiness, metrics, version: options.console.version })
  deviceRoutes(app, options.devices)
  readingRoutes(app, options.findDevice, options.readings)
  seriesRoutes(app, options.findDevice, options.readSeries, options.readingSummaries)
  trackRoutes(app, options.findDevice, options.tracks)
  deviceStateRoutes(app, options.cityMap)
  deviceHealthRoutes(app, options.deviceHealth, options.connections)
  aggregateRoutes(app, options.findDevice, options.readingSummaries)
  commandRoutes(app, options.findDevice, options.commands, options.deliver)
  connectionRoutes(app, options.findDevice, options.connections)
  partRoutes(app, options.parts)
  gridRoutes(app, options.grids)
  gridLoadRoutes(app, options.gridLoads)
  areaRoutes(app, options.areas)
  importRoutes(app, options.imports, config)
  calendarRoutes(app, options.workCalendar)
  calendarImportRoutes(app, options.workCalendar, config)
  quarantineRoutes(app, options.quarantine, options.replay)
  episodeRoutes(app, options.episodes)
  caseRoutes(app, options.findDevice, options.cases, options.caseFlow)
  caseCommandRoutes(app, options.caseDesk, options.cases)
  caseExchangeRoutes(app, options.caseExchange, config)
  integrationRoutes(app, options.integrations)
  open311Routes(app, {
    ...options.open311,
    desk: options.caseDesk,
    integrations: options.integrations,
    identities: people.identities,
  })
  filingRoutes(app, options.filing)
  attachmentRoutes(app, options.attachments)
  evaluationConfigurationRoutes(app, options.evaluationConfigurations)
  evaluationRoutes(app, options.evaluator)
  ruleRoutes(app, options.rules)
  ruleTestRoutes(app, options.ruleTests, options.ruleWords)
  overrideRoutes(app, options.findDevice, options.devices, options.rules)
  explainRoutes(app, options.findDevice, options.explainer, options.seesCase)
  backtestRoutes(app, options.backtests)
  webhookRoutes(app, options.webhooks)
  webhookDeliveryRoutes(app, options.webhookDeliveries)
  liveRoutes(app, live)
  peopleRoutes(app, people, { own, cookie })
  consoleRoutes(app, options.console.config, options.console)
  problemRoutes(app)
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

/** Where a client on this machine finds it, also when it listens on every address. */
function urlOf({ address, port, family }: AddressInfo, scheme: string): string {
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address] ?? address
  return `${scheme}://${family === 'IPv6' ? `[${host}]` : host}:${port}`
}

import type { ApiOptions } from './api-ports.ts'
import type { App } from './app.ts'
import { consoleRoutes } from './console/console-routes.ts'
import type { LiveHub } from './live/live-hub.ts'
import { open311Routes } from './open311/open311-routes.ts'
import { peopleRoutes } from './people-routes.ts'
import { aggregateRoutes } from './routes/aggregate-routes.ts'
import { areaRoutes } from './routes/area-routes.ts'
import { attachmentRoutes } from './routes/attachment-routes.ts'
import { backtestRoutes } from './routes/backtest-routes.ts'
import { calendarImportRoutes } from './routes/calendar-import-routes.ts'
import { calendarRoutes } from './routes/calendar-routes.ts'
import { caseCommandRoutes } from './routes/case-command-routes.ts'
import { caseExchangeRoutes } from './routes/case-exchange-routes.ts'
import { caseRoutes } from './routes/case-routes.ts'
import { commandRoutes } from './routes/command-routes.ts'
import { connectionRoutes } from './routes/connection-routes.ts'
import { deviceHealthRoutes } from './routes/device-health-routes.ts'
import { deviceRoutes } from './routes/device-routes.ts'
import { deviceStateRoutes } from './routes/device-state-routes.ts'
import { episodeRoutes } from './routes/episode-routes.ts'
import { evaluationConfigurationRoutes } from './routes/evaluation-configuration-routes.ts'
import { evaluationRoutes } from './routes/evaluation-routes.ts'
import { explainRoutes } from './routes/explain-routes.ts'
import { filingRoutes } from './routes/filing-routes.ts'
import { gridLoadRoutes } from './routes/grid-load-routes.ts'
import { gridRoutes } from './routes/grid-routes.ts'
import type { Readiness } from './routes/health-routes.ts'
import { healthRoutes } from './routes/health-routes.ts'
import { importRoutes } from './routes/import-routes.ts'
import { integrationRoutes } from './routes/integration-routes.ts'
import { lineRoutes } from './routes/line-routes.ts'
import { liveRoutes } from './routes/live-routes.ts'
import { overrideRoutes } from './routes/override-routes.ts'
import { partMapRoutes } from './routes/part-map-routes.ts'
import { partRoutes } from './routes/part-routes.ts'
import { problemRoutes } from './routes/problem-routes.ts'
import { quarantineRoutes } from './routes/quarantine-routes.ts'
import { readingRoutes } from './routes/reading-routes.ts'
import { ruleRoutes } from './routes/rule-routes.ts'
import { ruleTestRoutes } from './routes/rule-test-routes.ts'
import { seriesRoutes } from './routes/series-routes.ts'
import { systemRoutes } from './routes/system-routes.ts'
import { thresholdRoutes } from './routes/threshold-routes.ts'
import { trackRoutes } from './routes/track-routes.ts'
import { webhookDeliveryRoutes } from './routes/webhook-delivery-routes.ts'
import { webhookRoutes } from './routes/webhook-routes.ts'
import type { OwnAddress } from './sign-in/own-address.ts'
import type { SessionCookie } from './sign-in/session-cookie.ts'

interface Surroundings {
  readonly live: LiveHub
  readonly readiness: () => Readiness
  readonly own: OwnAddress
  readonly cookie: SessionCookie
}

/** Every route but those of the documentation and of the console's own files. */
export function allRoutes(
  app: App,
  options: ApiOptions,
  { live, readiness, own, cookie }: Surroundings,
): void {
  const { config, metrics, people } = options
  healthRoutes(app, readiness, metrics)
  systemRoutes(app, options.system, { readiness, metrics, version: options.console.version })
  deviceRoutes(app, options.devices)
  readingRoutes(app, options.findDevice, options.readings)
  seriesRoutes(app, options.findDevice, options.readSeries, options.readingSummaries)
  thresholdRoutes(app, options.findDevice, options.explainer)
  trackRoutes(app, options.findDevice, options.tracks)
  deviceStateRoutes(app, options.cityMap)
  deviceHealthRoutes(app, options.deviceHealth, options.connections)
  aggregateRoutes(app, options.findDevice, options.readingSummaries)
  commandRoutes(app, options.findDevice, options.commands, options.deliver)
  connectionRoutes(app, options.findDevice, options.connections)
  partRoutes(app, options.parts)
  partMapRoutes(app, options.partsOnMap)
  gridRoutes(app, options.grids)
  gridLoadRoutes(app, options.gridLoads)
  areaRoutes(app, options.areas)
  lineRoutes(app, options.lines, options.linesOnMap)
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
}

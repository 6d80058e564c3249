import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Metrics } from '#runtime/metrics.ts'
import type { Tracer } from '#runtime/trace/tracer.ts'
import type { ConsoleConfig } from './console/console-routes.ts'
import type { FindDevice } from './device-in-sight.ts'
import type { Open311 } from './open311/open311-routes.ts'
import type { People } from './people-routes.ts'
import type { ReadingSummaries } from './routes/aggregate-routes.ts'
import type { AreaRegistry } from './routes/area-routes.ts'
import type { Attachments } from './routes/attachment-routes.ts'
import type { Backtests } from './routes/backtest-routes.ts'
import type { CalendarImports } from './routes/calendar-import-routes.ts'
import type { WorkCalendarDesk } from './routes/calendar-routes.ts'
import type { CaseDesk } from './routes/case-command-routes.ts'
import type { CaseExchange } from './routes/case-exchange-routes.ts'
import type { CaseFlow, Cases } from './routes/case-routes.ts'
import type { Commands, Deliver } from './routes/command-routes.ts'
import type { Connections } from './routes/connection-routes.ts'
import type { DeviceHealth } from './routes/device-health-routes.ts'
import type { DeviceRegistry } from './routes/device-routes.ts'
import type { CityMap } from './routes/device-state-routes.ts'
import type { Episodes } from './routes/episode-routes.ts'
import type { EvaluationConfigurations } from './routes/evaluation-configuration-routes.ts'
import type { Evaluator } from './routes/evaluation-routes.ts'
import type { Explainer, SeesCase } from './routes/explain-routes.ts'
import type { Filing } from './routes/filing-routes.ts'
import type { GridLoads } from './routes/grid-load-routes.ts'
import type { GridRegistry } from './routes/grid-routes.ts'
import type { Readiness } from './routes/health-routes.ts'
import type { Imports } from './routes/import-routes.ts'
import type { Integrations } from './routes/integration-routes.ts'
import type { LineRegistry, LinesOnMap } from './routes/line-routes.ts'
import type { Overrides } from './routes/override-routes.ts'
import type { PartsOnMap } from './routes/part-map-routes.ts'
import type { PartRegistry } from './routes/part-routes.ts'
import type { Quarantine, Replay } from './routes/quarantine-routes.ts'
import type { ReadingHistory } from './routes/reading-routes.ts'
import type { RuleBook } from './routes/rule-routes.ts'
import type { RuleTestDesk, RuleWords } from './routes/rule-test-routes.ts'
import type { ReadSeries } from './routes/series-routes.ts'
import type { SystemCare } from './routes/system-routes.ts'
import type { Thresholds } from './routes/threshold-routes.ts'
import type { Tracks } from './routes/track-routes.ts'
import type { WebhookDeliveries } from './routes/webhook-delivery-routes.ts'
import type { Webhooks } from './routes/webhook-routes.ts'

/** What the API needs of the rest of Wanmi. */
export interface ApiPorts {
  readonly devices: DeviceRegistry
  readonly parts: PartRegistry
  readonly partsOnMap: PartsOnMap
  readonly grids: GridRegistry
  readonly gridLoads: GridLoads
  readonly areas: AreaRegistry
  readonly lines: LineRegistry
  readonly linesOnMap: LinesOnMap
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
  readonly explainer: Explainer & Thresholds
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

import type { ApiOptions } from '#api/api-ports.ts'
import { buildApp } from '#api/create-api.ts'
import { LiveHub } from '#api/live/live-hub.ts'
import { allowedCommands } from '#cases/refusal.ts'
import { remainingTime } from '#cases/remaining-time.ts'
import { loadSchedules } from '#cli/load-schedules.ts'
import { openCalendar } from '#cli/service/calendar.ts'
import { evaluationParts } from '#cli/service/evaluation.ts'
import { openExchange } from '#cli/service/exchange.ts'
import { seriesParts } from '#cli/service/registry-ports.ts'
import { openRuleTests } from '#cli/service/rule-tests.ts'
import { trackParts } from '#cli/service/track-parts.ts'
import { openWebhooks } from '#cli/service/webhooks.ts'
import type { Envelope } from '#model/envelope.ts'
import { type Principal, WHOLE_CITY } from '#model/principal.ts'
import { CityMap } from '#monitor/map/city-map.ts'
import { DeviceHealth } from '#monitor/map/device-health.ts'
import { LatestStates } from '#monitor/map/latest-states.ts'
import { type Clock, systemClock } from '#runtime/clock.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { Shutdown } from '#runtime/shutdown.ts'
import { NO_TRACER } from '#runtime/trace/tracer.ts'
import { FilingBook } from '#store/cases/filing-book.ts'
import { reportsOf } from '#store/cases/reports.ts'
import { History } from '#store/history.ts'
import { createAggregateQueries } from '#store/queries/aggregates.ts'
import { createCaseQueries } from '#store/queries/cases.ts'
import { createCommands } from '#store/queries/commands.ts'
import { createEpisodeQueries } from '#store/queries/episodes.ts'
import { gridLoads } from '#store/queries/grid-loads.ts'
import { openSeverities } from '#store/queries/open-severities.ts'
import { partsOnMap } from '#store/queries/parts-on-map.ts'
import { createQuarantineQueries } from '#store/queries/quarantine.ts'
import { createReadingQueries } from '#store/queries/readings.ts'
import { createTopQueries } from '#store/queries/top-devices.ts'
import { RuleBook } from '#store/rule-book/rule-book.ts'
import { openTestPeople, type TestPeopleOptions } from '#tests/people/test-people.ts'
import { openRegistry } from '#tests/registry/registry-fixture.ts'
import { TEST_WORLD, testDesk } from '#tests/support/case-rules.ts'
import { testLanguage } from '#tests/support/rule-language.ts'
import { documentCheck, type Method } from './document-check.ts'
import { idleBacktests } from './idle-backtests.ts'
import { withStandIns } from './stand-ins.ts'

export type { Method }

export const TOKEN = 'a token for tests'

interface TestApiOptions extends TestPeopleOptions {
  /** Of accounts, sessions and the audit log, of evaluation and of what other systems do. */
  readonly clock?: Clock
  /** Files of tests that came along. */
  readonly ruleTests?: readonly { readonly name: string; readonly text: string }[]
}

/** The API over an empty database, with what it told the broker and ingest. */
export async function openTestApi(change: Partial<ApiOptions> = {}, peopled: TestApiOptions = {}) {
  const registry = await openRegistry()
  const { pool, directory } = registry
  const metrics = createMetrics()
  const live = new LiveHub(metrics)
  const episodes = createEpisodeQueries(pool)
  const calendar = await openCalendar({
    pool,
    timeZone: 'Asia/Shanghai',
    clock: systemClock,
    log: silentLogger,
    metrics,
  })
  const delivered: string[] = []
  const replayed: Envelope[] = []
  const shutdown = new Shutdown(silentLogger)
  const webhooks = openWebhooks({
    // A notice is given up at its first failure.
    config: { ...readConfig({}).webhook, giveUpAfterS: 0 },
    pool,
    clock: systemClock,
    metrics,
    tracer: NO_TRACER,
    log: silentLogger,
    shutdown,
  })
  const people = await openTestPeople(pool, peopled)
  const principals = new Map<string, Principal>()
  const clock = peopled.clock ?? systemClock
  const exchange = openExchange({
    pool,
    world: () => TEST_WORLD,
    surroundings: { gridOf: (place) => registry.locator.locate(place) },
    config: {
      http: { publicUrl: null },
      city: { district: '140802', timeZone: 'Asia/Shanghai' },
      open311: { jurisdictionId: null, contact: 'Ask us.' },
    },
    clock,
  })
  const devices = { find: (id: string) => directory.find(id), all: () => directory.devices() }
  const wrong = () => openSeverities(pool)
  /** Readings come by the database alone, so all of it is read each time. */
  const statesNow = async (): Promise<LatestStates> => {
    const states = new LatestStates({ devices, history: new History(pool) })
    await states.catchUp()
    return states
  }
  const options: ApiOptions = {
    devices: registry.devices,
    parts: registry.parts,
    partsOnMap: partsOnMap(pool),
    grids: registry.grids,
    gridLoads: gridLoads(pool, registry.locator),
    areas: registry.areas,
    lines: registry.lines,
    linesOnMap: registry.linesOnMap,
    imports: registry.imports,
    workCalendar: calendar.desk,
    attachments: {
      upload: () => Promise.reject(new Error('nothing is uploaded here')),
      find: async () => Promise.resolve(undefined),
      content: () => Promise.reject(new Error('nothing is downloaded here')),
      mayRead: async () => Promise.resolve(false),
      devices: { find: (id) => directory.find(id), check: async () => Promise.resolve('unknown') },
    },
    findDevice: (id) => directory.find(id),
    cityMap: {
      async look(view) {
        return await new CityMap({ states: await statesNow(), wrong, clock }).look(view)
      },
    },
    deviceHealth: {
      async list(question) {
        const refused = () => createQuarantineQueries(pool).waiting()
        const parts = { devices, states: await statesNow(), wrong, refused, clock }
        return await new DeviceHealth(parts).list(question)
      },
    },
    readings: createReadingQueries(pool),
    readSeries: seriesParts(pool),
    readingSummaries: {
      ...createAggregateQueries({ pool, timescale: false, days: null }),
      ...createTopQueries({ pool, summaries: { isSummed: () => false }, days: null }),
    },
    tracks: trackParts({
      pool,
      directory,
      grids: registry.locator,
      clock,
      timeZone: 'Asia/Shanghai',
    }),
    quarantine: createQuarantineQueries(pool),
    replay: async (envelope) => {
      replayed.push(envelope)
      return Promise.resolve()
    },
    episodes,
    cases: {
      ...createCaseQueries(pool),
      episodes: (id) => episodes.ofCase(id),
      reports: (id) => reportsOf(pool, id),
    },
    caseFlow: {
      actions: allowedCommands,
      proposedDepartment: () => null,
      closing: () => null,
      inspectors: () => [],
      remaining: (found) => remainingTime(found, TEST_WORLD, clock.now()),
    },
    caseDesk: testDesk(pool, { clock }),
    ...exchange.ports,
    ...evaluationParts({ pool, timeZone: 'Asia/Shanghai', clock }),
    filing: await FilingBook.open(pool, systemClock, silentLogger),
    seesCase: (caseId, scope) => createCaseQueries(pool).sees(caseId, scope),
    commands: createCommands({ pool, clock: systemClock }),
    rules: await RuleBook.open({
      pool,
      language: testLanguage,
      clock: systemClock,
      log: silentLogger,
    }),
    ...openRuleTests({
      pool,
      files: peopled.ruleTests ?? [],
      schedules: await loadSchedules(null),
      clock: systemClock,
      log: silentLogger,
    }),
    explainer: {
      explain: () => Promise.reject(new Error('nothing is explained here')),
      thresholds: () => [],
    },
    backtests: idleBacktests(() => directory.devices()),
    deliver: (id) => void delivered.push(id),
    ...webhooks.ports,
    people: { ...people, identities: withStandIns(people.identities, principals) },
    connections: { connectionOf: () => undefined, takeovers: () => [], nuisances: () => [] },
    readiness: () => ({ ready: true, rules: 'warm' }),
    system: {
      startedAt: clock.now(),
      examine: async () => Promise.resolve({ at: clock.now(), findings: [] }),
    },
    config: {
      ...readConfig({}).http,
      host: '127.0.0.1',
      port: 0,
      bodyLimitBytes: 65_536,
      importLimitBytes: 1_000_000,
      // Tests ask as fast as they can.
      ratePerAddress: 0,
      ratePerCredential: 0,
    },
    console: {
      config: readConfig({}).console,
      timeZone: 'Asia/Shanghai',
      version: '1',
      folder: null,
    },
    token: TOKEN,
    metrics,
    log: silentLogger,
    ...change,
  }
  const app = await buildApp(options, live)
  const check = documentCheck(app.swagger())
  /** Calls a route; what it answers must be what the OpenAPI document says. */
  const callWith =
    (token: string) =>
    async (method: Method, url: string, body?: unknown, headers: Record<string, string> = {}) => {
      const response = await app.inject({
        method,
        url,
        ...(body === undefined ? {} : { payload: body as string | object }),
        headers: { authorization: `Bearer ${token}`, ...headers },
      })
      const type = response.headers['content-type'] ?? ''
      const json = type.includes('json') && !type.includes('ndjson')
      const answer = { status: response.statusCode, type, headers: response.headers }
      if (!json) return { ...answer, text: response.body, body: undefined as never }
      const parsed = JSON.parse(response.body)
      check(method, url, answer.status, type, parsed)
      return { ...answer, text: response.body, body: parsed }
    }
  return {
    app,
    registry,
    live,
    metrics,
    options,
    people,
    delivered,
    replayed,
    webhooks,
    /** With the token of the service. */
    call: callWith(TOKEN),
    /** Somebody with these roles and this scope, and how they call. */
    async signIn(who: Partial<Principal>): Promise<Caller> {
      const token = `token ${principals.size}`
      const principal = { accountId: null, name: token, roles: [], scope: WHOLE_CITY, ...who }
      principals.set(token, principal)
      return Promise.resolve({ token, call: callWith(token) })
    },
    /** What their token stands for from now on; undefined: for nobody. */
    become({ token }: Caller, who: Partial<Principal> | undefined): void {
      const before = principals.get(token)
      if (who === undefined || before === undefined) principals.delete(token)
      else principals.set(token, { ...before, ...who })
    },
    async close() {
      await app.close()
      await shutdown.run()
      calendar.close()
      await registry.close()
    },
  }
}

export type TestApi = Awaited<ReturnType<typeof openTestApi>>

export interface Caller {
  readonly token: string
  readonly call: TestApi['call']
}

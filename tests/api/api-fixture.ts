import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { expect } from 'vitest'
import { type ApiOptions, buildApp } from '#api/create-api.ts'
import { LiveHub } from '#api/live/live-hub.ts'
import { allowedCommands } from '#cases/refusal.ts'
import { openCalendar } from '#cli/service/calendar.ts'
import { evaluationParts } from '#cli/service/evaluation.ts'
import type { Envelope } from '#model/envelope.ts'
import { milliseconds } from '#model/time.ts'
import { BacktestDesk } from '#monitor/backtest/backtest-desk.ts'
import { type Clock, systemClock } from '#runtime/clock.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { FilingBook } from '#store/cases/filing-book.ts'
import { reportsOf } from '#store/cases/reports.ts'
import { createCaseQueries } from '#store/queries/cases.ts'
import { createCommands } from '#store/queries/commands.ts'
import { createEpisodeQueries } from '#store/queries/episodes.ts'
import { createQuarantineQueries } from '#store/queries/quarantine.ts'
import { createReadingQueries } from '#store/queries/readings.ts'
import { RuleBook } from '#store/rule-book/rule-book.ts'
import { CITY_DATA } from '#tests/monitor/fixtures.ts'
import { openTestPeople, type TestPeopleOptions } from '#tests/people/test-people.ts'
import { openRegistry } from '#tests/registry/registry-fixture.ts'
import { testDesk } from '#tests/support/case-rules.ts'
import { testLanguage } from '#tests/support/rule-language.ts'

export const TOKEN = 'a token for tests'

interface TestApiOptions extends TestPeopleOptions {
  /** Of accounts, sessions and the audit log, and of evaluation. */
  readonly clock?: Clock
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
  const people = await openTestPeople(pool, peopled)
  const options: ApiOptions = {
    devices: registry.devices,
    parts: registry.parts,
    grids: registry.grids,
    areas: registry.areas,
    imports: registry.imports,
    workCalendar: calendar.desk,
    findDevice: (id) => directory.find(id),
    readings: createReadingQueries(pool),
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
    caseFlow: { actions: allowedCommands, proposedDepartment: () => null, closing: () => null },
    caseDesk: testDesk(pool),
    ...evaluationParts({ pool, timeZone: 'Asia/Shanghai', clock: peopled.clock ?? systemClock }),
    filing: await FilingBook.open(pool, systemClock, silentLogger),
    commands: createCommands({ pool, clock: systemClock }),
    rules: await RuleBook.open({
      pool,
      language: testLanguage,
      clock: systemClock,
      log: silentLogger,
    }),
    explainer: {
      explain: () => Promise.reject(new Error('nothing is explained here')),
    },
    backtests: new BacktestDesk({
      run: async () => Promise.resolve({ readings: 0, found: [[]], heard: [] }),
      rules: [],
      cityData: () => CITY_DATA,
      listened: async () => Promise.resolve([]),
      silenceGrace: milliseconds(0),
      devices: () => directory.devices(),
      known: async () => Promise.resolve([]),
      surroundings: {
        gridOf: () => undefined,
        part: () => undefined,
        gridAddress: () => undefined,
      },
      city: { timeZone: 'Asia/Shanghai' },
      clock: systemClock,
      log: silentLogger,
    }),
    deliver: (id) => void delivered.push(id),
    people,
    connections: { connectionOf: () => undefined, takeovers: () => [] },
    readiness: () => ({ ready: true, rules: 'warm' }),
    config: {
      host: '127.0.0.1',
      port: 0,
      bodyLimitBytes: 65_536,
      importLimitBytes: 1_000_000,
      publicUrl: null,
      trustedProxies: [],
    },
    token: TOKEN,
    metrics,
    log: silentLogger,
    ...change,
  }
  const app = await buildApp(options, live)
  const check = documentCheck(app.swagger())
  return {
    app,
    registry,
    live,
    metrics,
    options,
    people,
    delivered,
    replayed,
    /** Calls a route; what it answers must be what the OpenAPI document says. */
    async call(method: Method, url: string, body?: unknown, headers: Record<string, string> = {}) {
      const response = await app.inject({
        method,
        url,
        ...(body === undefined ? {} : { payload: body as string | object }),
        headers: { authorization: `Bearer ${TOKEN}`, ...headers },
      })
      const type = response.headers['content-type'] ?? ''
      const json = type.includes('json') && !type.includes('ndjson')
      const answer = { status: response.statusCode, type, headers: response.headers }
      if (!json) return { ...answer, text: response.body, body: undefined as never }
      const parsed = JSON.parse(response.body)
      check(method, url, answer.status, type, parsed)
      return { ...answer, text: response.body, body: parsed }
    },
    async close() {
      await app.close()
      calendar.close()
      await registry.close()
    },
  }
}

export type TestApi = Awaited<ReturnType<typeof openTestApi>>
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

interface Operation {
  readonly responses: Record<string, { readonly content?: Record<string, { schema: object }> }>
}

/** Holds an answer against the document, so that the two cannot drift apart. */
function documentCheck(document: object) {
  const { paths, components } = document as {
    paths: Record<string, Record<string, Operation>>
    components: object
  }
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': isInstant } })
  ajv.addSchema({ $id: 'document', components })
  const compiled = new Map<string, ValidateFunction>()
  const patterns = Object.keys(paths).map(
    (path) => [new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`), path] as const,
  )
  return (method: Method, url: string, status: number, type: string, body: unknown): void => {
    const address = url.split('?', 1)[0] as string
    // A path of plain words goes before one with a variable in the same place.
    const path =
      patterns.find(([, name]) => name === address)?.[1] ??
      patterns.find(([pattern]) => pattern.test(address))?.[1]
    const operation = path === undefined ? undefined : paths[path]?.[method.toLowerCase()]
    if (!operation) return
    const response = operation.responses[status] ?? operation.responses['default']
    const schema = response?.content?.[type.split(';', 1)[0] as string]?.schema
    expect(schema, `${method} ${path} ${status} ${type} is not in the document`).toBeDefined()
    const key = `${method} ${path} ${status}`
    const text = JSON.stringify(schema).replaceAll('"#/components', '"document#/components')
    const validate = compiled.get(key) ?? ajv.compile(JSON.parse(text) as object)
    compiled.set(key, validate)
    expect(validate(body) ? [] : validate.errors, `the answer of ${key}`).toEqual([])
  }
}

const isInstant = (text: string): boolean => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text)

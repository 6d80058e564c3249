import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiOptions } from '#api/api-ports.ts'
import type { App } from '#api/app.ts'
import { buildApp } from '#api/create-api.ts'
import { LiveHub } from '#api/live/live-hub.ts'
import { EXAMPLES, methodOf } from '#tests/api/access/examples.ts'
import { alpha } from '#tests/api/access/two-districts.ts'
import { bareOptions, TOKENS } from './listening-api.ts'

const BODY_LIMIT_BYTES = 2_048
const IMPORT_LIMIT_BYTES = 4_096
const RATES = { ratePerAddress: 0, ratePerCredential: 0 }

/** Whatever is asked of it, it breaks, with words that are for nobody outside. */
const broken = new Proxy(
  {},
  {
    get: (_, name) =>
      name === 'then'
        ? undefined
        : () => {
            throw new TypeError('tell-tale at /srv/wanmi/store/query.ts:12 select * from account')
          },
  },
) as never

const PORTS = `devices parts grids areas attachments imports workCalendar readings quarantine
  episodes cases caseFlow caseDesk caseExchange integrations filing evaluator
  evaluationConfigurations rules explainer backtests commands connections webhooks
  webhookDeliveries`.split(/\s+/)

let app: App
beforeAll(async () => {
  const bare = bareOptions({
    ...RATES,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    importLimitBytes: IMPORT_LIMIT_BYTES,
  })
  const people = Object.fromEntries(
    ['passwords', 'sessions', 'tokens', 'accounts', 'departments', 'dutyGrids', 'oidc'].map(
      (name) => [name, broken],
    ),
  )
  const options = {
    ...bare,
    ...Object.fromEntries(PORTS.map((name) => [name, broken])),
    findDevice: () => (broken as { find: () => undefined }).find(),
    seesCase: () => (broken as { find: () => undefined }).find(),
    open311: { ...bare.open311, requests: broken, names: broken, now: () => Date.now() },
    people: { ...bare.people, ...people },
  } as unknown as ApiOptions
  app = await buildApp(options, new LiveHub(bare.metrics))
})
afterAll(() => app.close())

const bearer = { authorization: `Bearer ${TOKENS.everything}` }
const ROUTES = Object.keys(EXAMPLES).filter((route) => EXAMPLES[route]?.isStream !== true)

describe('a route whose inside breaks shows nothing of it', () => {
  const statuses: number[] = []
  test.each(ROUTES)('%s', async (route) => {
    const example = EXAMPLES[route] as (typeof EXAMPLES)[string]
    const answer = await app.inject({
      method: methodOf(route),
      url: example.url(alpha),
      payload: example.body?.(alpha) ?? '',
      headers: { ...bearer, ...example.headers },
    })
    statuses.push(answer.statusCode)
    expect(answer.body).not.toMatch(/tell-tale|TypeError|select \*|\.ts:\d|\\n +at |node_modules/)
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
  })

  test('and most of them do break here', () => {
    expect(statuses.filter((status) => status === 500).length).toBeGreaterThan(80)
  })
})

// These two count while they read, and what takes their bytes is broken here.
const COUNTING = ['POST /api/v1/attachments', 'POST /api/v1/cases/import']
const CHANGING = ROUTES.filter((route) => methodOf(route) !== 'GET' && !COUNTING.includes(route))

describe('a body that is too large is refused', () => {
  test.each(CHANGING)('%s', async (route) => {
    const example = EXAMPLES[route] as (typeof EXAMPLES)[string]
    const isForm = route.includes('/open311/')
    const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
    const size = route.includes('import') ? 16 * IMPORT_LIMIT_BYTES : 2 * BODY_LIMIT_BYTES
    const answer = await app.inject({
      method: methodOf(route),
      url: example.url(alpha),
      payload: isForm ? `description=${'x'.repeat(size)}` : `[${' '.repeat(size)}]`,
      headers: { 'content-type': type, ...bearer, ...example.headers },
    })
    expect(answer.statusCode, answer.body).toBe(413)
  })
})

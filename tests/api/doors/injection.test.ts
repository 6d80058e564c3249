import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WHOLE_CITY } from '#model/principal.ts'
import { ROLES } from '#model/role.ts'
import { query } from '#store/query.ts'
import { EXAMPLES, methodOf } from '#tests/api/access/examples.ts'
import { alpha, openTwoDistricts } from '#tests/api/access/two-districts.ts'
import type { Caller, TestApi } from '#tests/api/api-fixture.ts'

/** Each would be carried out, shown or followed if somebody took a text for more than a text. */
const SAMPLES = [
  "0) or 1=1; '; insert into injected values ('quote'); --",
  "\"); insert into injected values ('double'); -- $1::text \\\\ %s {{7*7}} ${7*7} <script>",
  '..%2f../../../etc/passwd\u0000.png \ud800 \u202e',
  '__proto__',
]

/** What an answer would hold of a database, a file system or a program that broke. */
const LEAKS =
  /syntax error|unterminated|pg_catalog|relation "|column "|select \$|at \w+ \(|\.ts:\d|node_modules|root:x:|\b49\b<|ECONN/i

const isFull = process.env['CHAOS'] === 'full'

let api: TestApi
let caller: Caller
beforeAll(async () => {
  api = await openTwoDistricts()
  caller = await api.signIn({ roles: [...ROLES], scope: WHOLE_CITY })
  await query(api.registry.pool, 'create table injected (what text)')
})
afterAll(() => api.close())

interface Attempt {
  readonly where: string
  readonly url: string
  readonly body: unknown
}

/** The same request with the sample in each place where a text may stand, one after the other. */
function* attempts(route: string, sample: string): Generator<Attempt> {
  const example = EXAMPLES[route] as (typeof EXAMPLES)[string]
  const [url, body] = [example.url(alpha), example.body?.(alpha)]
  const [path = '', search = ''] = url.split('?')
  const names = route.slice(route.indexOf(' ') + 1).split('/')
  const given = encodeURIComponent(sample.toWellFormed())
  const segments = path.split('/')
  for (const [index, name] of names.entries()) {
    if (!name.startsWith(':') && name !== '*') continue
    const changed = segments.with(index, given).join('/')
    yield { where: name, url: search === '' ? changed : `${changed}?${search}`, body }
  }
  for (const name of queryNames(route)) {
    const parameters = new URLSearchParams(search)
    parameters.set(name, sample.toWellFormed())
    yield { where: `?${name}`, url: `${path}?${parameters.toString()}`, body }
  }
  if (typeof body === 'object') {
    for (const [where, changed] of withText(body, sample)) yield { where, url, body: changed }
  }
  if (typeof body === 'string')
    yield { where: 'body', url, body: body.replaceAll(/\w{3,}/g, sample) }
}

/** What the standard of Open311 knows, which our document leaves out. */
const OPEN311_NAMES = ['service_request_id', 'start_date', 'end_date', 'status', 'service_code']

const queryNames = (route: string): readonly string[] => {
  if (route.includes(' /open311/')) return [...OPEN311_NAMES, 'jurisdiction_id', 'api_key']
  const { paths } = api.app.swagger() as unknown as {
    paths: Record<string, Record<string, { parameters?: { in: string; name: string }[] }>>
  }
  const [method = '', url = ''] = route.split(' ')
  const operation = paths[url.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
  return (operation?.parameters ?? []).filter((each) => each.in === 'query').map(({ name }) => name)
}

/** Copies of a value, in each of which one text is another, or one key. */
function* withText(value: unknown, sample: string, path = ''): Generator<[string, unknown]> {
  if (typeof value === 'string') yield [path, sample]
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    for (const [where, changed] of withText(inner, sample, `${path}.${key}`)) {
      if (Array.isArray(value)) yield [where, value.with(Number(key), changed)]
      else yield [where, { ...value, [key]: changed }]
    }
  }
}

// The live feed has no end, and nothing keeps attachments here: traversal.test.ts has a place for them.
const ROUTES = Object.keys(EXAMPLES).filter(
  (route) => EXAMPLES[route]?.isStream !== true && route !== 'POST /api/v1/attachments',
)

describe('what is no name, number or sentence is still only a text', () => {
  test.each(ROUTES)('to %s', async (route) => {
    const faults: string[] = []
    for (const [turn, sample] of SAMPLES.entries()) {
      for (const [at, { where, url, body }] of [...attempts(route, sample)].entries()) {
        // Two samples for each place, in turn: all of them take twice as long and are for CHAOS=full.
        if (!isFull && (at + turn) % 2 === 1) continue
        const headers = EXAMPLES[route]?.headers ?? {}
        const answer = await caller.call(methodOf(route), url, body, headers)
        const what = `${where} ${JSON.stringify(sample)}: ${answer.status} ${answer.text.slice(0, 300)}`
        // What an answer says back of the sample is not held against it.
        const own = answer.text.replaceAll(JSON.stringify(sample).slice(1, -1), '')
        if (answer.status >= 500 || LEAKS.test(own)) faults.push(what)
      }
    }
    expect(faults).toEqual([])
  })
})

test.each(['__proto__', 'constructor', 'toString'])(
  'what every object has (%s) is no charset, no answer of yes or no, and no service',
  async (name) => {
    const csv = (charset: string, cell: string) =>
      caller.call('POST', '/api/v1/imports/devices', `id,kind,enabled\nx,bin-sensor,${cell}\n`, {
        'content-type': `text/csv; charset=${charset}`,
      })
    expect((await csv(name, 'yes')).status).toBe(415)
    const { body } = await csv('utf-8', name)
    expect(body).toMatchObject({ accepted: 0, rejected: 1 })
    for (const url of [`/open311/v2/${name}`, `/open311/v2/${name}/x.json`]) {
      expect((await caller.call('GET', url)).status, url).toBe(404)
    }
  },
)

test('nothing of all that was carried out', async () => {
  expect(await query(api.registry.pool, 'select * from injected')).toEqual([])
  expect(Object.keys(Object.prototype)).toEqual([])
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ACCESS, type Access, accessTo } from '#api/access.ts'
import { type Scope, WHOLE_CITY } from '#model/principal.ts'
import { ROLES, type Role } from '#model/role.ts'
import { query } from '#store/query.ts'
import type { Caller, TestApi } from '#tests/api/api-fixture.ts'
import { EXAMPLES, methodOf } from './examples.ts'
import {
  alpha,
  beta,
  ghost,
  inArea,
  inNetwork,
  openTwoDistricts,
  type Town,
} from './two-districts.ts'

const ROUTES = Object.entries(EXAMPLES).map(([route]) => {
  const url = route.slice(route.indexOf(' ') + 1)
  return [route, accessTo(methodOf(route), url) as Access] as const
})
const BOUNDED = ROUTES.filter(([, { within }]) => within !== 'whole-city' && within.length > 0)

let api: TestApi
let before: object
beforeAll(async () => {
  api = await openTwoDistricts()
  before = await everything(api)
})
afterAll(() => api.close())

const TABLES = `device part unit_grid area city_line quarantine command rule rule_version rule_override
  rule_change case_record case_event case_report account department duty_grid
  webhook attachment outside_case integration`

const everything = async ({ registry }: TestApi): Promise<object> => {
  const rows = await Promise.all(
    TABLES.split(/\s+/).map(async (table) => [
      table,
      await query(registry.pool, `select * from ${table} order by 1, 2`),
    ]),
  )
  return Object.fromEntries(rows) as object
}

const ask = ({ call }: Pick<Caller, 'call'>, route: string, of: Town) => {
  const { url, body, headers = {} } = EXAMPLES[route] as (typeof EXAMPLES)[string]
  return call(methodOf(route), url(of), body?.(of), headers)
}

const rolesOf = ({ who }: Access): readonly Role[] => (typeof who === 'string' ? ROLES : who)

test('there is an example of every route, and no example of another', () => {
  const pages = (route: string): boolean => route.includes(' /api/docs')
  const routes = [...api.app.guardedRoutes].filter((route) => !pages(route))
  expect(Object.keys(EXAMPLES).toSorted()).toEqual(routes.toSorted())
})

/** The pages of the console, which the application of these tests does not serve. */
const OF_CONSOLE = ['GET /', 'GET /favicon.svg', 'GET /phone-worker.js', 'GET /assets/*']

test('the table of access names no route that is not there', () => {
  const names = Object.keys(ACCESS).filter((name) => !OF_CONSOLE.includes(name))
  const unused = names.filter((name) =>
    name.endsWith('/*')
      ? ![...api.app.guardedRoutes].some((route) => route.startsWith(name.slice(0, -1)))
      : !api.app.guardedRoutes.has(name),
  )
  expect(unused).toEqual([])
})

describe('nobody', () => {
  test.each(ROUTES)('%s is asked without a token', async (route, { who }) => {
    const { url } = EXAMPLES[route] as (typeof EXAMPLES)[string]
    const answer = await api.app.inject({ method: methodOf(route), url: url(alpha) })
    // Only at the door is one told how to show who one is.
    const isRefused = answer.statusCode === 401 && 'www-authenticate' in answer.headers
    expect(isRefused).toBe(who !== 'anyone')
  })
})

describe('a role that may not', () => {
  test.each(ROUTES)('%s is refused before its body is read', async (route, access) => {
    const { url } = EXAMPLES[route] as (typeof EXAMPLES)[string]
    for (const role of ROLES.filter((each) => !rolesOf(access).includes(each))) {
      const caller = await api.signIn({ roles: [role] })
      const body = methodOf(route) === 'GET' ? undefined : '{ no JSON'
      const headers = { 'content-type': 'application/json' }
      const answer = await caller.call(methodOf(route), url(alpha), body, headers)
      expect(answer, role).toMatchObject({ status: 403, body: { code: 'forbidden' } })
      for (const allowed of rolesOf(access)) expect(answer.body.detail).toContain(allowed)
    }
  })
})

describe('an account that is bounded to a part of the city', () => {
  const ofCity = ROUTES.filter(([, { within }]) => within === 'whole-city')
  test.each(ofCity)('%s is refused', async (route, access) => {
    for (const scope of [inArea(alpha), inNetwork(alpha)]) {
      for (const role of rolesOf(access)) {
        const answer = await ask(await api.signIn({ roles: [role], scope }), route, alpha)
        expect(answer, role).toMatchObject({ status: 403, body: { code: 'forbidden' } })
      }
    }
  })
})

/** Everything by which the districts could be known from an answer. */
const marks = ({ wanted, made, ...of }: Town): string[] =>
  [of.name, of.grid.code, of.dutyGrid, of.network, of.photo, of.line].concat(
    of.devices,
    of.parts,
    of.episodes,
    Object.values(wanted),
    Object.values(made),
  )

/** An answer in which the names of one district stand for those of another. */
const renamed = (text: string, from: Town, to: Town): string => {
  const [given, taken] = [marks(from), marks(to)]
  return given
    .map((mark, index) => [mark, taken[index] as string] as const)
    .toSorted(([a], [b]) => b.length - a.length)
    .reduce((changed, [mark, other]) => changed.replaceAll(mark, other), text)
}

/** Whether an answer has nothing in it: no item and no count. */
const isEmpty = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.length === 0
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isEmpty)
  return value === null || value === 0 || value === ''
}

const ON_MAP = ['GET /api/v1/lines-on-map', 'GET /api/v1/parts-on-map']

/** What an answer says of cases and devices; of an evaluation its figures and not what they mean. */
function told(route: string, { body, text }: Awaited<ReturnType<typeof ask>>): unknown {
  // What was asked for comes back with it, or whether that is all there is.
  if (['GET /api/v1/top-devices', 'GET /api/v1/grid-loads', ...ON_MAP].includes(route))
    return body.items
  if (!isEvaluation(route)) return body ?? text
  return { items: body.items, counts: body.total?.counts ?? null }
}

const isEvaluation = (route: string): boolean => /^GET \/api\/v1\/evaluation\/\w+$/.test(route)

/** What is there is answered as what is not, and without anything in it. */
async function expectNothing(caller: Caller, route: string, role: Role): Promise<void> {
  const answer = await ask(caller, route, alpha)
  const absent = await ask(caller, route, ghost)
  expect(answer.status, role).toBe(absent.status)
  expect(renamed(answer.text, alpha, ghost), role).toBe(renamed(absent.text, alpha, ghost))
  // A file of lines has no body that is read, and nothing in it either.
  if (answer.status < 300) expect(told(route, answer), role).toSatisfy(isEmpty)
  else expect([400, 403, 404], `${role} ${answer.text}`).toContain(answer.status)
}

const OUTSIDERS: readonly (readonly [string, Scope, boolean])[] = [
  ['of another district', { ...WHOLE_CITY, areas: ['140899'] }, true],
  ['of another street', { ...WHOLE_CITY, areas: [`${alpha.district}777`] }, false],
  ['of no area', { ...WHOLE_CITY, areas: [] }, false],
  ['of another network', { ...WHOLE_CITY, networks: ['gamma-net'] }, true],
  ['of no network', { ...WHOLE_CITY, networks: [] }, false],
]

describe.each(OUTSIDERS)('an account %s', (_name, scope, hasEveryRole) => {
  test.each(BOUNDED)('%s tells it nothing', async (route, access) => {
    if (EXAMPLES[route]?.isStream) return
    // What bounds an account is the same whatever the role.
    for (const role of hasEveryRole ? rolesOf(access) : rolesOf(access).slice(0, 1)) {
      await expectNothing(await api.signIn({ roles: [role], scope }), route, role)
    }
  })
})

describe('an account of another department', () => {
  const ofCases = BOUNDED.filter(([route]) => route.includes('/api/v1/cases'))
  test.each(ofCases)('%s tells it nothing', async (route, access) => {
    for (const departments of [[], ['gamma']]) {
      for (const role of rolesOf(access)) {
        const caller = await api.signIn({ roles: [role], scope: { ...WHOLE_CITY, departments } })
        await expectNothing(caller, route, role)
      }
    }
  })
})

test('nothing was changed by anybody who might not', async () => {
  expect(await everything(api)).toEqual(before)
  expect(api.replayed).toEqual([])
  expect(api.delivered).toHaveLength(6)
})

describe('an account of the district itself', () => {
  const read = BOUNDED.filter(
    ([route]) => methodOf(route) === 'GET' && EXAMPLES[route]?.isStream !== true,
  )
  test.each(read)('%s shows it what is there, and nothing of elsewhere', async (route, access) => {
    // Parts and grids are in no network, and the trial is about an area.
    const isByArea = / \/api\/v1\/(parts|grids|grid-loads|duty-grids|backtests)/.test(route)
    const ownNetwork = isByArea ? [] : [inNetwork(alpha)]
    for (const scope of [inArea(alpha), ...ownNetwork]) {
      for (const role of rolesOf(access)) {
        const answer = await ask(await api.signIn({ roles: [role], scope }), route, alpha)
        expect(answer.status, `${role} ${answer.text}`).toBe(200)
        const items: unknown = answer.body?.items
        // Nobody has been given the case of the district yet, no account has acted on it, and no
        // inspector is on duty there.
        const hasNone = /\/episodes|\/evaluation\/(department|post)|\/inspectors/.test(route)
        if (items !== undefined && !hasNone) expect(items).not.toEqual([])
        for (const mark of marks(beta)) expect(answer.text, role).not.toContain(mark)
      }
    }
  })
})

import { expect, test } from 'vitest'
import { ACCESS, type Access } from '#api/access.ts'
import { createApp } from '#api/app.ts'
import { authenticate } from '#api/authentication.ts'
import { guardRoutes } from '#api/guard.ts'
import { NOBODY } from '#api/people-routes.ts'
import { ownAddress } from '#api/sign-in/own-address.ts'
import { sessionCookie } from '#api/sign-in/session-cookie.ts'
import { accessPage } from '#cli/access-page.ts'
import { ROLES } from '#model/role.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { TOKEN } from '#tests/api/api-fixture.ts'

function guarded(table: Readonly<Record<string, Access>>) {
  const metrics = createMetrics()
  const app = createApp({ bodyLimitBytes: 1_024, trustedProxies: [], log: silentLogger, metrics })
  const own = ownAddress(null)
  const cookie = { ...sessionCookie(own), read: () => undefined }
  authenticate(app, {
    isPage: () => false,
    token: TOKEN,
    identities: NOBODY.identities,
    cookie,
    own,
    count: async () => Promise.resolve(),
  })
  guardRoutes(app, table)
  return app
}

const answer = async () => Promise.resolve('well')

test('no application is built with a route that nobody was given access to', async () => {
  const app = guarded({ 'GET /known': { who: 'anyone', within: [] } })
  app.get('/known', answer)
  expect(() => app.get('/forgotten', answer)).toThrow(
    'the table of access does not say who may use GET /forgotten',
  )
  expect(() => app.post('/known', answer)).toThrow('POST /known')
  // Nor with one that a part of it adds.
  void app.register(async (part) => {
    part.delete('/known', answer)
    return Promise.resolve()
  })
  await expect(app.ready()).rejects.toThrow('DELETE /known')
})

test('an entry for all below an address is for nothing else', () => {
  const app = guarded({ 'GET /pages/*': { who: 'signed-in', within: [] } })
  app.get('/pages/a/b', answer)
  expect(() => app.get('/pages', answer)).toThrow('GET /pages')
  expect(() => app.get('/pagesetter', answer)).toThrow('GET /pagesetter')
  expect(() => app.post('/pages/a', answer)).toThrow('POST /pages/a')
})

test('the token of the service opens every door but those it has no role for', async () => {
  const app = guarded({
    'GET /for-engineers': { who: ['engineer'], within: 'whole-city' },
    'GET /for-acceptors': { who: ['acceptor', 'dispatcher'], within: ['area'] },
  })
  app.get('/for-engineers', answer)
  app.get('/for-acceptors', answer)
  const headers = { authorization: `Bearer ${TOKEN}` }
  expect((await app.inject({ url: '/for-engineers', headers })).statusCode).toBe(200)
  const refused = await app.inject({ url: '/for-acceptors', headers })
  expect(refused.json()).toMatchObject({
    status: 403,
    code: 'forbidden',
    detail:
      'GET /for-acceptors is for acceptor or dispatcher; the account is administrator and engineer',
  })
  await app.close()
})

test('the page for people has every route and every role', () => {
  const page = accessPage()
  for (const name of [...Object.keys(ACCESS), ...ROLES]) expect(page).toContain(`\`${name}\``)
})

const SET_UP = /\/api\/v1\/(devices|parts|grids|areas|imports|quarantine|rules|backtests|commands)/
const rolesFor = (route: string): string =>
  [ACCESS[route]?.who].flat().map(String).toSorted().join(' ')

test('only an engineer sets the city up', () => {
  const changing = Object.keys(ACCESS).filter(
    (route) => !route.startsWith('GET ') && SET_UP.test(route),
  )
  expect(changing.length).toBeGreaterThan(20)
  for (const route of changing) expect(rolesFor(route), route).toBe('engineer')
})

const PEOPLE = ROLES.filter((role) => role !== 'integration')
const butOperators = PEOPLE.filter((role) => role !== 'pipe-operator')

test.each([
  [['devices', 'devices/:id', 'devices/:id/readings', 'devices/:id/latest'], PEOPLE],
  [['episodes', 'explain', 'live', 'areas', 'areas/:id'], PEOPLE],
  [['parts', 'parts/:id', 'grids', 'grids/:code', 'grids/locate'], butOperators],
  [
    ['devices/:id/commands', 'commands/:id'],
    ['administrator', 'engineer', 'pipe-operator'],
  ],
  [
    ['devices/:id/connection', 'takeovers', 'nuisances', 'quarantine'],
    ['administrator', 'engineer'],
  ],
  [
    ['quarantine/:id', 'rules', 'rules/:id', 'rules/:id/overrides'],
    ['administrator', 'engineer'],
  ],
  [['backtests', 'backtests/:id', 'backtests/:id/episodes'], ['engineer']],
])('%j is read by %j', (paths, roles) => {
  for (const path of paths) {
    expect(rolesFor(`GET /api/v1/${path}`), path).toBe(roles.toSorted().join(' '))
  }
})

test('an integration reads nothing of the city', () => {
  const open = Object.entries(ACCESS).filter(([route]) => route.startsWith('GET '))
  const read = open.filter(([, { who }]) => Array.isArray(who) && who.includes('integration'))
  const city = /\/(devices|parts|grids|areas|episodes|live|explain|rules|quarantine|commands)/
  expect(read.filter(([route]) => city.test(route))).toEqual([])
})

test('what is the same for everybody who may ask is known by name', () => {
  const unbounded = Object.entries(ACCESS).filter(
    ([, { who, within }]) => Array.isArray(who) && within.length === 0,
  )
  expect(unbounded.map(([route]) => route).filter((route) => SET_UP.test(route))).toEqual([
    'GET /api/v1/areas',
    'GET /api/v1/areas/:id',
    // Of one's own alone.
    'GET /api/v1/imports/:id',
    'GET /api/v1/rules',
    'GET /api/v1/rules/:id',
    'GET /api/v1/rules/:id/versions',
    'GET /api/v1/rules/:id/versions/:version',
    'POST /api/v1/rules/check',
    'GET /api/v1/rules/:id/tests',
    'POST /api/v1/rules/test',
  ])
})

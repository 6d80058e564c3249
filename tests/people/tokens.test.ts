import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { days, minutes } from '#model/time.ts'
import { openTestApi, type TestApi } from '#tests/api/api-fixture.ts'
import { addAccount, addPerson } from './accounts.ts'
import { Browser } from './browser.ts'
import { movingClock } from './moving-clock.ts'

const clock = movingClock()
let api: TestApi
let login: string
let id: string
let browser: Browser
beforeAll(async () => {
  api = await openTestApi({}, { clock })
})
afterAll(() => api.close())
beforeEach(async () => {
  ;({ login, id } = await addPerson(api.people, ['engineer']))
  browser = new Browser(api)
  await browser.signIn(login)
})

const make = async (body: object = { label: 'export' }) =>
  (await browser.send('POST', '/api/v1/session/tokens', { body })).body

const statusWith = async (token: string, url = '/api/v1/departments') =>
  (await api.call('GET', url, undefined, { authorization: `Bearer ${token}` })).status

test('a token lets a program in as whoever made it, until it expires', async () => {
  const { token, expiresAt } = await make({ label: 'export', days: 7 })
  expect(token).toMatch(/^wanmi_[\w-]{43}$/)
  expect(Date.parse(expiresAt)).toBe(clock.now() + days(7))
  const who = await api.call('GET', '/api/v1/session', undefined, {
    authorization: `Bearer ${token}`,
  })
  expect(who.body).toMatchObject({ kind: 'access-token', login, roles: ['engineer'] })
  clock.move(days(7))
  expect(await statusWith(token)).toBe(401)
})

test('a token is shown once, kept as a hash, and its last use is kept to a minute', async () => {
  const { id: tokenId, token } = await make()
  clock.move(minutes(3))
  await statusWith(token)
  await api.people.identities.keep()
  const { body } = await browser.send('GET', '/api/v1/session/tokens')
  expect(body.items.find((item: { id: string }) => item.id === tokenId)).toEqual({
    id: tokenId,
    label: 'export',
    createdAt: expect.any(String),
    expiresAt: expect.any(String),
    lastUsedAt: new Date(clock.now()).toISOString(),
    revokedAt: null,
  })
  const { rows } = await api.registry.pool.query(
    `select (select string_agg(t::text, ' ') from access_token t)
       || (select string_agg(t::text, ' ') from audit_log t) as everything`,
  )
  expect(rows[0].everything).not.toContain(token)
})

test('a revoked token lets nobody in from the answer on, and stays in the list', async () => {
  const { id: tokenId, token } = await make({ label: 'old', days: null })
  expect(await statusWith(token)).toBe(200)
  const url = `/api/v1/session/tokens/${tokenId}`
  expect((await browser.send('DELETE', url)).status).toBe(204)
  expect(await statusWith(token)).toBe(401)
  const { body } = await browser.send('GET', '/api/v1/session/tokens')
  expect(body.items.find((item: { id: string }) => item.id === tokenId)).toMatchObject({
    revokedAt: new Date(clock.now()).toISOString(),
    expiresAt: null,
  })
  const { items } = await api.people.audit.list({ limit: 2, accountId: id })
  expect(items.map(({ action }) => action)).toEqual(['token.revoked', 'token.added'])
})

test('whoever is disabled or removed is out with the answer, tokens and all', async () => {
  const { token } = await make()
  await api.call('PATCH', `/api/v1/accounts/${id}`, { enabled: false })
  expect(await statusWith(token)).toBe(401)
  await api.call('PATCH', `/api/v1/accounts/${id}`, { enabled: true })
  expect(await statusWith(token)).toBe(200)
  await api.call('DELETE', `/api/v1/accounts/${id}`)
  expect(await statusWith(token)).toBe(401)
})

test('a token makes no tokens, ends no sessions and changes no password', async () => {
  const { token } = await make()
  const headers = { authorization: `Bearer ${token}` }
  const tries = [
    ['POST', '/api/v1/session/tokens', { label: 'more' }],
    ['DELETE', '/api/v1/session/browsers', undefined],
    ['DELETE', '/api/v1/session', undefined],
    ['POST', '/api/v1/session/password', { current: 'a', password: 'b' }],
  ] as const
  for (const [method, url, body] of tries) {
    const answer = await api.call(method, url, body, headers)
    expect(answer, url).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  }
  expect((await api.call('GET', '/api/v1/session/tokens')).status).toBe(403)
})

test("nobody sees or revokes another's tokens but an administrator", async () => {
  const { id: tokenId, token } = await make()
  const { login: other } = await addPerson(api.people, ['engineer'])
  const stranger = new Browser(api, '10.1.0.2')
  await stranger.signIn(other)
  const own = `/api/v1/session/tokens/${tokenId}`
  expect((await stranger.send('DELETE', own)).status).toBe(404)
  const url = `/api/v1/accounts/${id}/tokens`
  expect((await stranger.send('GET', url)).status).toBe(403)
  const { items } = (await api.call('GET', url)).body
  expect(items.map((item: { id: string }) => item.id)).toContain(tokenId)
  expect((await api.call('DELETE', `${url}/${tokenId}`)).status).toBe(204)
  expect(await statusWith(token)).toBe(401)
})

test('a program has an account of its own that has nothing but tokens', async () => {
  const hotline = await addAccount(api.people, ['integration'])
  expect(await statusWith(hotline.token, '/api/v1/session')).toBe(200)
  const made = await api.call('POST', `/api/v1/accounts/${hotline.id}/tokens`, { label: 'second' })
  expect(made.status).toBe(201)
  expect(await statusWith(made.body.token, '/api/v1/session')).toBe(200)
  const missing = '01999999-0000-7000-8000-000000000000'
  const none = await api.call('POST', `/api/v1/accounts/${missing}/tokens`, { label: 'x' })
  expect(none.status).toBe(404)
})

test('a request with a token costs no query, and neither does one with a token nobody has', async () => {
  const { token } = await make()
  const { pool } = api.registry
  let queries = 0
  const count = (): void => void queries++
  pool.on('acquire', count)
  const { identities } = api.people
  expect(identities.ofToken(token)?.principal.accountId).toBe(id)
  expect(identities.ofToken(`${token.slice(0, -1)}~`)).toBeUndefined()
  expect(identities.ofSession(token)).toBeUndefined()
  pool.off('acquire', count)
  expect(queries).toBe(0)
  const rounds = 20_000
  const begun = performance.now()
  for (let round = 0; round < rounds; round += 1) identities.ofToken(token)
  const each_us = ((performance.now() - begun) * 1_000) / rounds
  expect(each_us).toBeLessThan(100)
})

test('while a change of accounts cannot be read back, nobody with an account is let in', async () => {
  const { token } = await make()
  const { pool } = api.registry
  const query = pool.query.bind(pool)
  const away = Object.assign(pool, {
    query: () => Promise.reject(new Error('connection lost')),
  })
  await api.people.identities.refresh([id])
  expect(await statusWith(token)).toBe(503)
  expect((await api.call('GET', '/api/v1/roles')).status).toBe(200)
  Object.assign(away, { query })
  await api.people.identities.refresh([])
  expect(await statusWith(token)).toBe(200)
})

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openTestApi, type TestApi } from '#tests/api/api-fixture.ts'
import { addPerson } from './accounts.ts'
import { Browser, PASSWORD } from './browser.ts'

let api: TestApi
let login: string
let browser: Browser
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  ;({ login } = await addPerson(api.people, ['administrator', 'engineer']))
  browser = new Browser(api)
})

const department = { name: 'Drainage' }
const put = (headers: Record<string, string> = {}, bare = false) =>
  browser.send('PUT', '/api/v1/departments/drainage', { body: department, headers, bare })

test('a change with the cookie alone is refused, and so is one with the token of another session', async () => {
  const other = new Browser(api)
  await other.signIn(login)
  await browser.signIn(login)
  const tokens = ['', 'x', other.csrf as string].map((csrf) => ({ 'x-csrf-token': csrf }))
  for (const headers of [{}, ...tokens]) {
    const { status, body } = await put(headers, true)
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'cross-site' })
  }
  expect((await api.call('GET', '/api/v1/departments/drainage')).status).toBe(404)
  expect([200, 201]).toContain((await put()).status)
  await api.call('DELETE', '/api/v1/departments/drainage')
})

test.each([
  ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
  ['a neighbouring host', { 'sec-fetch-site': 'same-site' }],
  ['another origin', { origin: 'https://evil.example' }],
  ['another port', { origin: 'http://localhost:8080' }],
  ['an origin that is hidden', { origin: 'null' }],
])('a change from %s is refused, whatever else it knows', async (_name, headers) => {
  await browser.signIn(login)
  expect(await put(headers)).toMatchObject({ status: 403, body: { code: 'cross-site' } })
  const signIn = await new Browser(api).signIn(login, PASSWORD, headers)
  expect(signIn).toMatchObject({ status: 403, body: { code: 'cross-site' } })
})

test.each([
  ['a page of ours', { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' }],
  ['a browser that says nothing of it', {}],
])('a change from %s passes', async (_name, headers) => {
  await browser.signIn(login, PASSWORD, headers)
  expect([200, 201]).toContain((await put(headers)).status)
})

test('reading needs no more than the cookie', async () => {
  await browser.signIn(login)
  expect((await browser.send('GET', '/api/v1/accounts', { bare: true })).status).toBe(200)
})

test('a program with a token needs no such thing, and its token goes before a cookie', async () => {
  const inspector = await addPerson(api.people, ['inspector'])
  await browser.signIn(login)
  const asInspector = await browser.send('GET', '/api/v1/session', { headers: inspector.headers })
  expect(asInspector.body).toMatchObject({ kind: 'access-token', roles: ['inspector'] })
  const wrong = await browser.send('GET', '/api/v1/session', {
    headers: { authorization: 'Bearer wrong' },
  })
  expect(wrong.status).toBe(401)
  const { status } = await api.call('PUT', '/api/v1/departments/roads', { name: 'Roads' })
  expect(status).toBe(201)
})

test('the stated address is ours too, and makes cookies secure', async () => {
  const config = { ...api.options.config, publicUrl: 'https://wanmi.example' }
  const stated = await openTestApi({ config })
  const person = await addPerson(stated.people, ['administrator'])
  const there = new Browser(stated)
  const { headers } = await there.signIn(person.login, PASSWORD, {
    origin: 'https://wanmi.example',
  })
  expect(headers['set-cookie']).toMatch(/^__Host-wanmi_session=.*Secure/)
  const answer = await there.send('PUT', '/api/v1/departments/d', {
    body: department,
    headers: { origin: 'https://wanmi.example' },
  })
  expect(answer.status).toBe(201)
  await stated.close()
})

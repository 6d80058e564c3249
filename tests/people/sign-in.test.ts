import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { hours, minutes, seconds } from '#model/time.ts'
import { openTestApi, type TestApi } from '#tests/api/api-fixture.ts'
import { addPerson } from './accounts.ts'
import { Browser, PASSWORD } from './browser.ts'
import { movingClock } from './moving-clock.ts'
import { openTestPeople } from './test-people.ts'

const clock = movingClock()
let api: TestApi
let login: string
let browser: Browser
beforeAll(async () => {
  api = await openTestApi({}, { clock })
})
afterAll(() => api.close())
beforeEach(async () => {
  ;({ login } = await addPerson(api.people, ['dispatcher'], { areas: ['140802001'] }))
  browser = new Browser(api)
})

const auditOf = async (action: string) => {
  const { items } = await api.people.audit.list({ limit: 10, action })
  return items
}

test('whoever knows the password is in, and sees who they are and what that lets them see', async () => {
  const { status, body, headers } = await browser.signIn(login.toUpperCase())
  expect(status).toBe(200)
  expect(body).toMatchObject({
    kind: 'session',
    login,
    roles: ['dispatcher'],
    scope: { areas: ['140802001'], networks: null, departments: null },
    passwordDue: false,
    csrf: expect.stringMatching(/^[\w-]{43}$/),
  })
  expect(headers['set-cookie']).toMatch(
    /^wanmi_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
  )
  const again = await browser.send('GET', '/api/v1/session')
  expect(again.body).toEqual(body)
  expect(again.headers['cache-control']).toBe('no-store')
  expect((await browser.send('GET', '/api/v1/departments')).status).toBe(200)
  expect((await auditOf('session.opened'))[0]).toMatchObject({
    name: `Test ${login}`,
    address: '10.1.0.1',
    outcome: 'done',
    detail: { way: 'password' },
  })
})

test('nothing of a session is stored that lets anybody in', async () => {
  await browser.signIn(login)
  const cookie = browser.cookies.get('wanmi_session') as string
  const { rows } = await api.registry.pool.query(
    `select (select string_agg(t::text, ' ') from session t) || (select string_agg(t::text, ' ')
       from account t) || (select string_agg(t::text, ' ') from audit_log t) as everything`,
  )
  expect(rows[0].everything).toContain(login)
  for (const secret of [cookie, browser.csrf as string, PASSWORD]) {
    expect(rows[0].everything).not.toContain(secret)
  }
})

test('a wrong password and a login nobody has are refused in the same words', async () => {
  const wrong = await browser.signIn(login, 'not the password at all')
  const unknown = await browser.signIn('nobody-of-that-name')
  expect(wrong.status).toBe(401)
  expect(unknown.status).toBe(401)
  expect(unknown.body).toEqual(wrong.body)
  expect(browser.cookies.size).toBe(0)
  expect(await auditOf('session.refused')).toMatchObject([
    { name: 'nobody', accountId: null, outcome: 'refused' },
    { name: `Test ${login}`, accountId: expect.any(String), outcome: 'refused' },
  ])
})

test('an account that is disabled, without a password, or of a program cannot sign in', async () => {
  const disabled = await addPerson(api.people, ['acceptor'], { enabled: false })
  const answer = await browser.signIn(disabled.login)
  expect(answer).toMatchObject({ status: 401, body: { detail: 'the account is disabled' } })
  const wordless = await api.call('POST', '/api/v1/accounts', {
    login: 'wordless',
    name: 'Wordless',
    roles: ['acceptor'],
  })
  expect(wordless.status).toBe(201)
  expect((await browser.signIn('wordless')).status).toBe(401)
  const program = await api.call('POST', '/api/v1/accounts', {
    login: 'hotline',
    name: '12319',
    roles: ['integration'],
  })
  const { body } = await api.call('POST', `/api/v1/accounts/${program.body.id}/password`, {
    password: PASSWORD,
  })
  expect(body.detail).toMatch(/tokens only/)
})

test('over https the cookie is secure and of this host alone', async () => {
  const behind = await openTestApi({
    config: { ...api.options.config, trustedProxies: ['10.9.0.0/16'] },
  })
  const person = await addPerson(behind.people, ['acceptor'])
  const https = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.7' }
  const proxied = new Browser(behind, '10.9.0.1')
  const { headers } = await proxied.signIn(person.login, PASSWORD, https)
  expect(headers['set-cookie']).toMatch(
    /^__Host-wanmi_session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  const [opened] = (await behind.people.audit.list({ limit: 1, action: 'session.opened' })).items
  expect(opened?.address).toBe('203.0.113.7')
  // Whoever is no proxy of ours is not believed.
  const other = await new Browser(behind, '10.1.0.1').signIn(person.login, PASSWORD, https)
  expect(other.headers['set-cookie']).toMatch(/^wanmi_session=/)
  await behind.close()
})

test('signing out ends the session and takes the cookie away', async () => {
  await browser.signIn(login)
  const stolen = new Map(browser.cookies)
  expect((await browser.send('DELETE', '/api/v1/session')).status).toBe(204)
  expect(browser.cookies.size).toBe(0)
  for (const [name, value] of stolen) browser.cookies.set(name, value)
  expect((await browser.send('GET', '/api/v1/session')).status).toBe(401)
  expect((await auditOf('session.ended'))[0]).toMatchObject({ name: `Test ${login}` })
})

test('a session that is used goes on, and one that is not ends', async () => {
  await browser.signIn(login)
  const isIn = async () => (await browser.send('GET', '/api/v1/session')).status === 200
  for (let count = 0; count < 5; count += 1) {
    clock.move(minutes(59))
    expect(await isIn()).toBe(true)
  }
  clock.move(minutes(60))
  expect(await isIn()).toBe(false)
})

test('however much it is used, a session ends after half a day', async () => {
  await browser.signIn(login)
  const begun = clock.now()
  let last = 200
  while (last === 200) {
    clock.move(minutes(30))
    last = (await browser.send('GET', '/api/v1/session')).status
  }
  expect(clock.now() - begun).toBe(hours(12))
})

test('sessions outlive a restart, with what is known of their last use', async () => {
  await browser.signIn(login)
  clock.move(minutes(40))
  await browser.send('GET', '/api/v1/session')
  await api.people.identities.keep()
  const restarted = await openTestPeople(api.registry.pool, { clock })
  clock.move(minutes(40))
  const cookie = browser.cookies.get('wanmi_session') as string
  expect(restarted.identities.ofSession(cookie)?.principal.name).toBe(`Test ${login}`)
  clock.move(minutes(61))
  expect(restarted.identities.ofSession(cookie)).toBeUndefined()
  await restarted.identities.keep()
  const { rows } = await api.registry.pool.query('select count(*) from session')
  expect(rows[0].count).toBe(0)
  await restarted.identities.close()
})

test('everybody sees the browsers they are signed in with and ends any of them', async () => {
  const other = new Browser(api, '10.1.0.2')
  const third = new Browser(api, '10.1.0.3')
  for (const each of [other, third, browser]) {
    await each.signIn(login)
    clock.move(seconds(1))
  }
  const list = await browser.send('GET', '/api/v1/session/browsers')
  expect(list.body.items).toMatchObject([
    { address: '10.1.0.1', current: true, agent: 'test browser', way: 'password' },
    { address: '10.1.0.3', current: false },
    { address: '10.1.0.2', current: false },
  ])
  const url = `/api/v1/session/browsers/${list.body.items[2].id}`
  expect((await browser.send('DELETE', url)).status).toBe(204)
  expect((await browser.send('DELETE', url)).status).toBe(404)
  expect((await other.send('GET', '/api/v1/session')).status).toBe(401)
  const rest = await browser.send('DELETE', '/api/v1/session/browsers')
  expect(rest).toMatchObject({ status: 200, body: { ended: 1 } })
  expect((await third.send('GET', '/api/v1/session')).status).toBe(401)
  expect((await browser.send('GET', '/api/v1/session')).status).toBe(200)
})

test("nobody ends another's session", async () => {
  const stranger = await addPerson(api.people, ['acceptor'])
  const theirs = new Browser(api, '10.1.0.2')
  await theirs.signIn(stranger.login)
  const [{ id }] = (await theirs.send('GET', '/api/v1/session/browsers')).body.items
  await browser.signIn(login)
  expect((await browser.send('DELETE', `/api/v1/session/browsers/${id}`)).status).toBe(404)
  expect((await theirs.send('GET', '/api/v1/session')).status).toBe(200)
})

test('who is disabled or may see something else is out, or sees it, with the answer', async () => {
  const id: string = (await browser.signIn(login)).body.accountId
  await api.call('PATCH', `/api/v1/accounts/${id}`, { areas: ['140802'] })
  expect((await browser.send('GET', '/api/v1/session')).body.scope.areas).toEqual(['140802'])
  await api.call('PATCH', `/api/v1/accounts/${id}`, { enabled: false })
  expect((await browser.send('GET', '/api/v1/session')).status).toBe(401)
  await api.call('PATCH', `/api/v1/accounts/${id}`, { enabled: true })
  expect((await browser.send('GET', '/api/v1/session')).status).toBe(401)
})

test('the page for signing in learns what ways there are without being signed in', async () => {
  const { status, body } = await browser.send('GET', '/api/v1/session/ways')
  expect({ status, body }).toEqual({ status: 200, body: { password: true, oidc: null } })
  expect((await browser.send('GET', '/api/v1/session/oidc')).status).toBe(404)
})

test('the admin token and access tokens are shown as what they are', async () => {
  const admin = await api.call('GET', '/api/v1/session')
  expect(admin.body).toMatchObject({
    kind: 'admin-token',
    accountId: null,
    csrf: null,
    login: null,
  })
  const { headers } = await addPerson(api.people, ['engineer'])
  const token = await api.call('GET', '/api/v1/session', undefined, headers)
  expect(token.body).toMatchObject({ kind: 'access-token', roles: ['engineer'], csrf: null })
})

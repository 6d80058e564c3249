import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { passwordFault } from '#model/password-fault.ts'
import { days } from '#model/time.ts'
import { PasswordHasher } from '#runtime/password-hasher.ts'
import { openTestApi, type TestApi } from '#tests/api/api-fixture.ts'
import { addPerson } from './accounts.ts'
import { Browser, PASSWORD } from './browser.ts'
import { movingClock } from './moving-clock.ts'

const NEW = 'fünf rote laternen am fluss'
const clock = movingClock()
let api: TestApi
let login: string
let id: string
let browser: Browser
beforeAll(async () => {
  api = await openTestApi({}, { clock, config: { passwordMaxAgeDays: 90 } })
})
afterAll(() => api.close())
beforeEach(async () => {
  ;({ login, id } = await addPerson(api.people, ['acceptor']))
  browser = new Browser(api)
})

const change = (current: string, password: string) =>
  browser.send('POST', '/api/v1/session/password', { body: { current, password } })

test('a changed password ends every other session and keeps this one under a new cookie', async () => {
  const other = new Browser(api, '10.1.0.2')
  await other.signIn(login)
  await browser.signIn(login)
  const before = browser.cookies.get('wanmi_session')
  const changed = await change(PASSWORD, NEW)
  expect(changed.status).toBe(200)
  expect(browser.cookies.get('wanmi_session')).not.toBe(before)
  browser.csrf = changed.body.csrf
  expect((await browser.send('GET', '/api/v1/session')).status).toBe(200)
  expect((await other.send('GET', '/api/v1/session')).status).toBe(401)
  expect((await other.signIn(login, PASSWORD)).status).toBe(401)
  expect((await other.signIn(login, NEW)).status).toBe(200)
  const { items } = await api.people.audit.list({ limit: 9, action: 'password.changed' })
  expect(items[0]).toMatchObject({ accountId: id, objectId: id, outcome: 'done' })
})

test('whoever does not know the password before changes nothing, and may try five times', async () => {
  await browser.signIn(login)
  for (let count = 0; count < 5; count += 1) {
    const { status, body } = await change('not that one at all', NEW)
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'unauthorized' })
  }
  // The address is known, so the account is not locked for it; the guesses are counted all the same.
  expect((await api.people.accounts.get(id)).failedAttempts).toBe(5)
  const { items } = await api.people.audit.list({ limit: 9, accountId: id, outcome: 'refused' })
  expect(items.map(({ action }) => action)).toEqual(
    Array.from({ length: 5 }, () => 'POST /api/v1/session/password'),
  )
})

test.each([
  ['too short', 'elf zeichen', /fewer than 12/],
  ['the one before', PASSWORD, /the one before/],
  ['one of the commonest', 'Password2026!', /tried first/],
])('a new password that is %s is refused', async (_name, password, sentence) => {
  await browser.signIn(login)
  const { status, body } = await change(PASSWORD, password)
  expect(status).toBe(400)
  expect(body.detail).toMatch(sentence)
  expect((await api.people.accounts.get(id)).failedAttempts).toBe(0)
})

test('a password an administrator gave lets its holder do one thing: choose another', async () => {
  await browser.signIn(login)
  const { status } = await api.call('POST', `/api/v1/accounts/${id}/password`, { password: NEW })
  expect(status).toBe(204)
  expect((await browser.send('GET', '/api/v1/session')).status).toBe(401)
  const { body } = await browser.signIn(login, NEW)
  expect(body.passwordDue).toBe(true)
  for (const url of ['/api/v1/departments', '/api/v1/session/browsers', '/api/v1/cases']) {
    const refused = await browser.send('GET', url)
    expect(refused).toMatchObject({ status: 403, body: { code: 'password-due' } })
  }
  expect((await browser.send('GET', '/api/v1/session')).body.passwordDue).toBe(true)
  const changed = await change(NEW, PASSWORD)
  expect(changed).toMatchObject({ status: 200, body: { passwordDue: false } })
  expect((await browser.send('GET', '/api/v1/departments')).status).toBe(200)
})

test('a password that is too old has to be changed; a token of the account goes on', async () => {
  clock.move(days(89))
  expect((await browser.signIn(login)).body.passwordDue).toBe(false)
  clock.move(days(1))
  expect((await browser.signIn(login)).body.passwordDue).toBe(true)
  const { headers } = await addPerson(api.people, ['acceptor'])
  clock.move(days(91))
  expect((await api.call('GET', '/api/v1/departments', undefined, headers)).status).toBe(200)
})

test('a hash of another cost is made anew at the next sign-in', async () => {
  const costly = await new PasswordHasher({ cost: 32, blockSize: 1, parallelization: 1 }).hash(
    PASSWORD,
  )
  const { pool } = api.registry
  await pool.query('update account set password_hash = $2 where id = $1', [id, costly])
  expect((await browser.signIn(login)).status).toBe(200)
  const { rows } = await pool.query('select password_hash from account where id = $1', [id])
  expect(rows[0].password_hash).toMatch(/^scrypt\$16\$1\$1\$/)
})

test('what a person calls a password is stretched as long as OWASP asks for', async () => {
  const hasher = new PasswordHasher()
  expect(await hasher.hash(PASSWORD)).toMatch(/^scrypt\$32768\$8\$3\$/)
})

test('whoever floods the sign-in waits in a line that has an end', async () => {
  const hasher = new PasswordHasher({ cost: 16, blockSize: 1, parallelization: 1 })
  const all = await Promise.allSettled(
    Array.from({ length: 100 }, () => hasher.verify(PASSWORD, null)),
  )
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(34)
  expect(all.at(-1)).toMatchObject({ reason: { code: 'not-ready' } })
  expect(await hasher.verify(PASSWORD, await hasher.hash(PASSWORD))).toBe(true)
})

test('a password is one however a keyboard composes it', async () => {
  const hasher = new PasswordHasher({ cost: 16, blockSize: 1, parallelization: 1 })
  const hash = await hasher.hash('fu\u0308nf rote laternen')
  expect(await hasher.verify('f\u00fcnf rote laternen', hash)).toBe(true)
})

const bounds = { minLength: 12 }

test.each([
  ['vier graue kraniche'],
  ['四只灰鹤在芦苇丛中飞翔而过呢'],
  ['correct horse battery staple'],
  ['kX9-q2L-ww7-Pz1'],
  ['administrators prefer tea'],
])('%s is a password', (password) => {
  expect(passwordFault(password, bounds, ['li.wei', 'Li Wei'])).toBeUndefined()
})

test.each([
  ['', /fewer/],
  ['elf zeichen', /fewer/],
  ['x'.repeat(300), /more than 256/],
  ['aaaaaaaaaaaaaa', /pattern/],
  ['abcabcabcabcabc', /pattern/],
  ['123456789012', /pattern/],
  ['987654321098', /pattern/],
  ['abcdefghijklm', /pattern/],
  ['password1234', /tried first/],
  ['PASSWORDpassword', /tried first/],
  ['p@ssw0rd!2026', /tried first/],
  ['qwertyuiop123', /tried first/],
  ['Wanmi2026wanmi', /tried first/],
  ['管理员20261123', /fewer|tried first/],
  ['li.wei2026!!', /name of the account/],
  ['LI.WEILI.WEI', /name of the account/],
])('%s is too easy to guess', (password, sentence) => {
  expect(passwordFault(password, bounds, ['li.wei', 'Li Wei'])).toMatch(sentence)
})

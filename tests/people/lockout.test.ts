import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Unavailable } from '#model/error.ts'
import { days, milliseconds, minutes, seconds } from '#model/time.ts'
import { PasswordHasher } from '#runtime/password-hasher.ts'
import { addressKey } from '#store/people/address-key.ts'
import { FailureMemory, lockSpan } from '#store/people/lockout.ts'
import { openTestApi, type TestApi } from '#tests/api/api-fixture.ts'
import { addPerson } from './accounts.ts'
import { Browser, PASSWORD } from './browser.ts'
import { movingClock } from './moving-clock.ts'
import { CHEAP } from './test-people.ts'

const clock = movingClock()
let api: TestApi
let login: string
let id: string
let guesser: Browser
let address = 0
beforeAll(async () => {
  api = await openTestApi({}, { clock })
})
afterAll(() => api.close())
beforeEach(async () => {
  ;({ login, id } = await addPerson(api.people, ['acceptor']))
  address += 1
  guesser = new Browser(api, `10.2.0.${address}`)
})

const guess = (browser = guesser, name = login) => browser.signIn(name, 'a guess of somebody')

/** How long it says one has to wait, in seconds. */
const retryAfter = (answer: Awaited<ReturnType<typeof guess>>): number =>
  Number(answer.headers['retry-after'])

test('after five wrong passwords even the right one has to wait, each time twice as long', async () => {
  for (let count = 0; count < 5; count += 1) expect((await guess()).status).toBe(401)
  for (const wait of [30, 60, 120, 240, 480, 900, 900]) {
    const locked = await guesser.signIn(login)
    expect(locked.status).toBe(429)
    expect(locked.body).toMatchObject({ code: 'too-many-attempts' })
    expect(retryAfter(locked)).toBe(wait)
    clock.move(seconds(wait - 1))
    expect(retryAfter(await guesser.signIn(login))).toBe(1)
    clock.move(seconds(1))
    expect((await guess()).status).toBe(401)
  }
  clock.move(minutes(15))
  expect((await guesser.signIn(login)).status).toBe(200)
  expect((await api.people.accounts.get(id)).failedAttempts).toBe(0)
  expect((await guess()).status).toBe(401)
  expect((await guesser.signIn(login)).status).toBe(200)
})

test('a lock outlives a restart, and every attempt on it is written down', async () => {
  for (let count = 0; count < 5; count += 1) await guess()
  expect(await api.people.accounts.get(id)).toMatchObject({
    failedAttempts: 5,
    lockedUntil: clock.now() + seconds(30),
  })
  await guess()
  const { items } = await api.people.audit.list({ limit: 10, accountId: id })
  expect(items.filter(({ action }) => action.startsWith('session.'))).toMatchObject([
    { action: 'session.locked', outcome: 'refused', address: `10.2.0.${address}` },
    ...Array.from({ length: 5 }, () => ({ action: 'session.refused', outcome: 'refused' })),
  ])
})

test('guesses that come all at once are no more than those that come in turn', async () => {
  const answers = await Promise.all(Array.from({ length: 25 }, () => guess()))
  const looked = answers.filter(({ status }) => status === 401)
  expect(looked).toHaveLength(5)
})

test('a login nobody has is locked as any other, so that this tells nothing', async () => {
  const unknown = `nobody-${address}`
  for (let count = 0; count < 5; count += 1) {
    expect((await guess(guesser, unknown)).status).toBe(401)
  }
  const locked = await guess(guesser, unknown)
  for (let count = 0; count < 5; count += 1) await guess()
  const real = await guess()
  expect(locked.status).toBe(429)
  expect(locked.body).toEqual(real.body)
})

test('whoever signed in from an address lately is not locked out there by guesses from elsewhere', async () => {
  const home = new Browser(api, '10.3.0.1')
  await home.signIn(login)
  for (let count = 0; count < 6; count += 1) await guess()
  expect((await guesser.signIn(login)).status).toBe(429)
  expect((await home.signIn(login)).status).toBe(200)
  for (let count = 0; count < 6; count += 1) await guess()
  clock.move(days(31))
  for (let count = 0; count < 6; count += 1) await guess()
  expect((await home.signIn(login)).status).toBe(429)
})

test('an address that guesses at many accounts is locked out, and nobody else is', async () => {
  const people = await Promise.all(
    Array.from({ length: 15 }, () => addPerson(api.people, ['acceptor'])),
  )
  for (const person of people) {
    await guess(guesser, person.login)
    await guess(guesser, person.login)
  }
  const blocked = await guess(guesser, login)
  expect(blocked.status).toBe(429)
  expect(retryAfter(blocked)).toBe(30)
  for (let count = 0; count < 10; count += 1) await guesser.signIn(login)
  const other = new Browser(api, '10.3.0.9')
  expect((await other.signIn(login)).status).toBe(200)
  // Only the first of those refused is written down: they cost nothing to send.
  const { items } = await api.people.audit.list({ limit: 100, action: 'session.locked' })
  const ofAddress = items.filter((item) => item.address === `10.2.0.${address}`)
  expect(ofAddress).toMatchObject([{ detail: { why: 'the address is locked out' } }])
  clock.move(seconds(30))
  expect((await guesser.signIn(login)).status).toBe(200)
})

test('whoever was turned away because too many sign in at once has not failed', async () => {
  let isFull = false
  const hasher = new PasswordHasher(CHEAP)
  const verify = hasher.verify.bind(hasher)
  Object.assign(hasher, {
    verify: (...given: Parameters<typeof verify>) =>
      isFull ? Promise.reject(new Unavailable('not-ready', 'too many')) : verify(...given),
  })
  const crowded = await openTestApi({}, { clock, hasher })
  const person = await addPerson(crowded.people, ['acceptor'])
  const visitor = new Browser(crowded)
  await guess(visitor, person.login)
  isFull = true
  for (let count = 0; count < 40; count += 1) {
    expect((await visitor.signIn(person.login)).status).toBe(503)
  }
  isFull = false
  expect((await crowded.people.accounts.get(person.id)).failedAttempts).toBe(1)
  expect((await visitor.signIn(person.login)).status).toBe(200)
  await crowded.close()
})

test('an administrator lets somebody try again at once', async () => {
  for (let count = 0; count < 5; count += 1) await guess()
  expect((await guesser.signIn(login)).status).toBe(429)
  const { status, body } = await api.call('POST', `/api/v1/accounts/${id}/unlock`)
  expect({ status, lockedUntil: body.lockedUntil }).toEqual({ status: 200, lockedUntil: null })
  expect((await guesser.signIn(login, PASSWORD)).status).toBe(200)
})

test('locks double from half a minute and never pass the longest', () => {
  const rule = { attempts: 3, longest: minutes(10) }
  const spans = [0, 1, 2, 3, 4, 5, 7, 8, 9, 1_000_000].map((failures) => lockSpan(failures, rule))
  expect(spans).toEqual(
    [0, 0, 0, 30, 60, 120, 480, 600, 600, 600].map((span) => milliseconds(span * 1_000)),
  )
})

test('failures are forgotten after an hour, and what they take of memory has an end', () => {
  const own = movingClock()
  const memory = new FailureMemory(own, { attempts: 2, longest: minutes(10) })
  memory.begin('a')
  own.move(minutes(61))
  memory.begin('a')
  expect(memory.begin('a')).toBeUndefined()
  expect(memory.begin('a')).toMatchObject({ isFirst: true })
  expect(memory.begin('a')).toMatchObject({ isFirst: false })
  for (let count = 0; count < 20_000; count += 1) memory.begin(`key ${count}`)
  expect(memory.begin('a')).toBeUndefined()
})

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:DB8:0:0:ffff::9', '2001:db8:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['no address', 'no address'],
])('%s is of %s', (given, key) => {
  expect(addressKey(given)).toBe(key)
})

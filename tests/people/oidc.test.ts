import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { People } from '#api/people-routes.ts'
import { OidcClient } from '#api/sign-in/oidc-client.ts'
import { minutes } from '#model/time.ts'
import { readConfig } from '#runtime/config.ts'
import { oidcPolicy } from '#store/people/oidc-policy.ts'
import { openTestApi, type TestApi } from '#tests/api/api-fixture.ts'
import { addAccount } from './accounts.ts'
import { Browser } from './browser.ts'
import { movingClock } from './moving-clock.ts'
import {
  CLIENT_ID,
  CLIENT_SECRET,
  openTestProvider,
  REDIRECT_URL,
  type TestProvider,
} from './test-provider.ts'

const START = '/api/v1/session/oidc'
const clock = movingClock()
let provider: TestProvider
let api: TestApi
let browser: Browser
beforeAll(async () => {
  provider = await openTestProvider()
  api = await openTestApi({}, { clock, provider: providerAt(provider.issuer) })
})
afterAll(async () => {
  await api.close()
  await provider.close()
})
beforeEach(() => {
  browser = new Browser(api)
})

function providerAt(issuer: string): People['provider'] {
  const client = new OidcClient({
    issuer,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    redirectUrl: REDIRECT_URL,
    scopes: 'openid profile email',
  })
  return { client, title: 'City' }
}

/** Where a browser is sent to sign in. */
async function start(returnTo?: string, of = browser): Promise<URL> {
  const query = returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(returnTo)}`
  const { status, headers } = await of.send('GET', `${START}${query}`)
  expect(status).toBe(302)
  return new URL(headers.location as string)
}

const comeBack = (url: URL, of = browser) => of.send('GET', `${url.pathname}${url.search}`)

/** The whole way, there and back. */
async function signIn(user: Parameters<typeof person>[0], of = browser) {
  provider.user = person(user)
  return comeBack(await provider.visit((await start(undefined, of)).href), of)
}

const person = (user: { sub: string; [claim: string]: unknown }) => ({
  email_verified: true,
  name: 'Zhao Yun',
  ...user,
})

const newest = async (limit = 1) => (await api.people.audit.list({ limit })).items

test('whoever the provider vouches for is in as the account of the verified address', async () => {
  const { id } = await addAccount(api.people, ['duty-officer'], { email: 'zhao@city.example' })
  provider.user = person({ sub: 'z-1', email: 'Zhao@city.example' })
  const there = await start('/console?case=7#map')
  expect(there.origin).toBe(provider.issuer)
  expect(Object.fromEntries(there.searchParams)).toMatchObject({
    response_type: 'code',
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URL,
    code_challenge_method: 'S256',
    scope: 'openid profile email',
  })
  const answer = await comeBack(await provider.visit(there.href))
  expect(answer).toMatchObject({ status: 302, headers: { location: '/console?case=7#map' } })
  const session = await browser.send('GET', '/api/v1/session')
  expect(session.body).toMatchObject({ accountId: id, kind: 'session', passwordDue: false })
  expect((await newest(2)).toReversed()).toMatchObject([
    { action: 'account.linked', accountId: id, detail: { subject: 'z-1' } },
    { action: 'session.opened', accountId: id, detail: { way: 'oidc', issuer: provider.issuer } },
  ])
  browser.csrf = session.body.csrf
  expect((await browser.send('DELETE', '/api/v1/session')).status).toBe(204)
})

test('from the first sign-in on the subject counts, whatever else changes', async () => {
  const { id } = await addAccount(api.people, ['acceptor'], { email: 'qian@city.example' })
  expect((await signIn({ sub: 'q-1', email: 'qian@city.example' })).status).toBe(302)
  expect((await signIn({ sub: 'q-1', email: 'other@city.example' })).status).toBe(302)
  expect((await browser.send('GET', '/api/v1/session')).body.accountId).toBe(id)
  const thief = new Browser(api, '10.1.0.9')
  const taken = await signIn({ sub: 'q-2', email: 'qian@city.example' }, thief)
  expect(taken).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(taken.body.detail).toMatch(/another user/)
  expect(thief.cookies.has('wanmi_session')).toBe(false)
})

test('who has no account, an unverified address, or a disabled account stays out', async () => {
  await addAccount(api.people, ['acceptor'], { email: 'sun@city.example' })
  await addAccount(api.people, ['acceptor'], { email: 'li@city.example', enabled: false })
  await addAccount(api.people, ['integration'], { email: 'bot@city.example' })
  const tries = [
    [{ sub: 's-0', email: 'nobody@city.example' }, /no account is of this user/],
    [{ sub: 's-1', email: 'sun@city.example', email_verified: false }, /no account/],
    [{ sub: 's-2', email: 'li@city.example' }, /disabled/],
    [{ sub: 's-3', email: 'bot@city.example' }, /tokens only/],
  ] as const
  for (const [user, why] of tries) {
    const { status, body } = await signIn(user)
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'forbidden' })
    expect(body.detail).toMatch(why)
    expect(await newest()).toMatchObject([
      { action: 'session.refused', outcome: 'refused', detail: { way: 'oidc', subject: user.sub } },
    ])
  }
  expect(browser.cookies.has('wanmi_session')).toBe(false)
})

const meddled = [
  ['another state', 'back', 'state', /state/],
  ['another code', 'back', 'code', /invalid_grant/],
  ['the nonce of another sign-in', 'there', 'nonce', /nonce/],
  ['the challenge of another sign-in', 'there', 'code_challenge', /invalid_grant/],
] as const

test.each(meddled)(
  'a sign-in that comes back with %s is refused',
  async (_name, when, name, why) => {
    await addAccount(api.people, ['acceptor'], { email: `${name}@city.example` })
    provider.user = person({ sub: name, email: `${name}@city.example` })
    const there = await start()
    const other = 'x'.repeat(43)
    if (when === 'there') there.searchParams.set(name, other)
    const back = await provider.visit(there.href)
    if (when === 'back') back.searchParams.set(name, other)
    const { status, body } = await comeBack(back)
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'unauthorized' })
    expect(body.detail).toMatch(why)
    expect(browser.cookies.size).toBe(0)
    expect(await newest()).toMatchObject([
      { action: 'session.refused', name: 'nobody', detail: { way: 'oidc' } },
    ])
  },
)

test('a sign-in ends in the browser that began it, once, and within ten minutes', async () => {
  await addAccount(api.people, ['acceptor'], { email: 'wu@city.example' })
  provider.user = person({ sub: 'w-1', email: 'wu@city.example' })
  const back = await provider.visit((await start()).href)
  const other = new Browser(api, '10.1.0.9')
  await start(undefined, other)
  expect((await comeBack(back, other)).status).toBe(401)
  expect((await comeBack(back, new Browser(api))).status).toBe(401)
  const cookies = new Map(browser.cookies)
  expect((await comeBack(back)).status).toBe(302)
  for (const [name, value] of cookies) browser.cookies.set(name, value)
  expect((await comeBack(back)).status).toBe(401)
  const late = await provider.visit((await start()).href)
  clock.move(minutes(10))
  expect((await comeBack(late)).status).toBe(401)
})

test('whoever says no to the provider is told so', async () => {
  provider.user = null
  const { status, body } = await comeBack(await provider.visit((await start()).href))
  expect({ status, detail: body.detail }).toEqual({
    status: 401,
    detail: 'the provider vouches for nobody: access_denied',
  })
})

test.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'evil', '/a b'])(
  'afterwards nobody is sent to %s',
  async (returnTo) => {
    const url = `${START}?returnTo=${encodeURIComponent(returnTo)}`
    expect((await browser.send('GET', url)).status).toBe(400)
  },
)

test('whoever the issuer knows gets an account, where the city says so, with the roles it maps', async () => {
  const creating = await openTestApi(
    {},
    {
      provider: providerAt(provider.issuer),
      oidc: {
        createAccounts: true,
        roles: ['city:inspectors=inspector', 'works=department-handler'],
      },
    },
  )
  await creating.call('PUT', '/api/v1/departments/drainage', { name: 'Drainage' })
  await addAccount(creating.people, ['acceptor'], { login: 'taken' })
  const asked = async (user: object) => {
    const visitor = new Browser(creating)
    const answer = await signIn({ sub: 'n', email: 'n@city.example', ...user }, visitor)
    return { answer, session: (await visitor.send('GET', '/api/v1/session')).body }
  }
  const zheng = { sub: 'n-1', preferred_username: 'Zheng.He', roles: ['city:inspectors', 'other'] }
  expect((await asked(zheng)).session).toMatchObject({
    login: 'zheng.he',
    name: 'Zhao Yun',
    roles: ['inspector'],
  })
  expect((await asked({ ...zheng, roles: [] })).session).toMatchObject({ roles: ['inspector'] })
  const works = { preferred_username: 'works', roles: 'works', email: 'w@city.example' }
  expect((await asked({ ...works, sub: 'n-2', department: 'drainage' })).session).toMatchObject({
    roles: ['department-handler'],
    departmentId: 'drainage',
    scope: { departments: ['drainage'] },
  })
  const refused = async (user: object) => (await asked(user)).answer.body.detail
  expect(await refused({ sub: 'n-3', roles: ['other'], email: 'o@city.example' })).toMatch(
    /no account/,
  )
  expect(await refused({ ...works, sub: 'n-4', email: 'x@city.example' })).toMatch(/department/)
  const taken = { sub: 'n-5', preferred_username: 'taken', email: 't@city.example' }
  expect(await refused({ ...taken, roles: ['city:inspectors'] })).toMatch(/login/)
  await creating.close()
})

test('a provider that is away is a problem that says so, and is asked again', async () => {
  const later = await openTestApi({}, { provider: providerAt(provider.issuer) })
  const visitor = new Browser(later)
  provider.isAway = true
  const away = await visitor.send('GET', START)
  provider.isAway = false
  expect(away).toMatchObject({ status: 502, body: { code: 'provider-unreachable' } })
  expect((await visitor.send('GET', START)).status).toBe(302)
  const ways = await visitor.send('GET', '/api/v1/session/ways')
  expect(ways.body.oidc).toEqual({ title: 'City', address: START })
  await later.close()
})

test('only a provider on this machine may go without https', () => {
  const issuers = ['http://sso.city.example', 'ftp://127.0.0.1', 'sso.city.example', '']
  for (const issuer of issuers) expect(() => providerAt(issuer), issuer).toThrow(/https/)
  expect(() => providerAt('https://sso.city.example')).not.toThrow()
  expect(() => providerAt('http://[::1]:9000')).not.toThrow()
})

test('a mapping to a role there is not is named at the start', () => {
  const config = readConfig({ OIDC_ROLES: 'a=inspector, b=king' }).oidc
  expect(() => oidcPolicy(config)).toThrow(/OIDC_ROLES must be CLAIM=ROLE/)
  const none = readConfig({ OIDC_CREATE_ACCOUNTS: 'yes' }).oidc
  expect(() => oidcPolicy(none)).toThrow(/needs OIDC_ROLES/)
  expect(() => readConfig({ OIDC_ACCOUNT_CLAIM: 'phone' })).toThrow(/must be one of email/)
})

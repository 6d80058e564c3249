import { afterAll, beforeAll, expect, test } from 'vitest'
import { Rejected } from '#model/error.ts'
import { minutes } from '#model/time.ts'
import { openTestApi, type TestApi } from '#tests/api/api-fixture.ts'
import { addAccount, addPerson } from './accounts.ts'
import { Browser, PASSWORD } from './browser.ts'
import { movingClock } from './moving-clock.ts'

const clock = movingClock()
let api: TestApi
beforeAll(async () => {
  api = await openTestApi({}, { clock })
})
afterAll(() => api.close())

const list = async (query = '') => (await api.call('GET', `/api/v1/audit?${query}`)).body

test('what any route changes is written down with who, what, where from and what came of it', async () => {
  const engineer = await addAccount(api.people, ['engineer'])
  const device = { id: 'cover-1', kind: 'manhole-cover' }
  await api.call('POST', '/api/v1/devices', device, engineer.headers)
  await api.call('POST', '/api/v1/devices', device, engineer.headers)
  await api.call('DELETE', '/api/v1/devices/cover-1', undefined, engineer.headers)
  const { items } = await list(`accountId=${engineer.id}`)
  expect(items).toMatchObject([
    {
      action: 'DELETE /api/v1/devices/:id',
      objectKind: 'devices',
      objectId: 'cover-1',
      detail: { params: { id: 'cover-1' }, status: 204 },
      outcome: 'done',
      roles: ['engineer'],
      address: '127.0.0.1',
    },
    { action: 'POST /api/v1/devices', detail: { status: 409 }, outcome: 'refused' },
    { action: 'POST /api/v1/devices', detail: { status: 201 }, outcome: 'done' },
  ])
  expect(JSON.stringify(items)).not.toContain('manhole-cover')
})

test('what fails inside is written down as failed', async () => {
  const failing = await openTestApi({
    areas: new Proxy(api.options.areas, {
      get: () => () => Promise.reject(new Error('a defect')),
    }),
  })
  const url = '/api/v1/areas/route-1'
  expect((await failing.call('DELETE', url)).status).toBe(500)
  const { items } = (await failing.call('GET', '/api/v1/audit')).body
  expect(items).toMatchObject([
    { action: 'DELETE /api/v1/areas/:id', outcome: 'failed', name: 'admin token', accountId: null },
  ])
  await failing.close()
})

test('reading, and asking for what there is not, is not written down', async () => {
  const before = (await list('limit=1')).items[0]?.id
  await api.call('GET', '/api/v1/devices')
  await api.call('POST', '/api/v1/nowhere', {})
  await api.app.inject({ method: 'DELETE', url: '/api/v1/devices/cover-1' })
  expect((await list('limit=1')).items[0]?.id).toBe(before)
})

test('a change of people is written down once when it is done, and once when it is refused', async () => {
  const body = { login: 'once', name: 'Once', roles: ['acceptor'] }
  await api.call('POST', '/api/v1/accounts', body)
  await api.call('POST', '/api/v1/accounts', body)
  const { items } = await list('limit=2')
  expect(items).toMatchObject([
    { action: 'POST /api/v1/accounts', outcome: 'refused', detail: { status: 409 } },
    { action: 'account.added', outcome: 'done', detail: { login: 'once' } },
  ])
})

test('who is refused for the role or for a forged request is written down', async () => {
  const { login, headers } = await addPerson(api.people, ['inspector'])
  await api.call('PUT', '/api/v1/departments/mine', { name: 'Mine' }, headers)
  const browser = new Browser(api)
  await browser.signIn(login)
  await browser.send('DELETE', '/api/v1/session', { bare: true })
  const { items } = await list('outcome=refused&limit=2')
  expect(items).toMatchObject([
    { action: 'DELETE /api/v1/session', detail: { status: 403 }, name: `Test ${login}` },
    { action: 'PUT /api/v1/departments/:id', detail: { status: 403 }, objectId: 'mine' },
  ])
})

test('passwords and tokens are in no entry, whatever becomes of them', async () => {
  const { id, login } = await addPerson(api.people, ['acceptor'])
  const browser = new Browser(api)
  await browser.signIn(login)
  const body = { current: PASSWORD, password: 'another good sentence' }
  await browser.send('POST', '/api/v1/session/password', { body, bare: true })
  await browser.send('POST', '/api/v1/session/password', { body })
  await api.call('POST', `/api/v1/accounts/${id}/password`, { password: 'a third good sentence' })
  await api.call('POST', `/api/v1/accounts/${id}/password`, { password: 'short' })
  const everything = JSON.stringify(await list('limit=1000'))
  for (const secret of [PASSWORD, 'another good sentence', 'a third good sentence', 'short']) {
    expect(everything).not.toContain(secret)
  }
})

test('the log is read page by page, the newest first, by who, what, when and outcome', async () => {
  clock.move(minutes(10))
  const from = new Date(clock.now()).toISOString()
  const { id, headers } = await addAccount(api.people, ['administrator'])
  for (let count = 0; count < 5; count += 1) {
    await api.call('PUT', `/api/v1/departments/d-${count}`, { name: 'D' }, headers)
    clock.move(minutes(1))
  }
  const seen: string[] = []
  let next: string | null = null
  do {
    const page: Awaited<ReturnType<typeof list>> = await list(
      `accountId=${id}&limit=2${next === null ? '' : `&after=${next}`}`,
    )
    seen.push(...page.items.map((item: { objectId: string }) => item.objectId))
    next = page.next
  } while (next !== null)
  expect(seen).toEqual(['d-4', 'd-3', 'd-2', 'd-1', 'd-0'])
  const of = async (query: string) => (await list(query)).items.length
  expect(await of(`action=department.added&from=${from}`)).toBe(5)
  const to = new Date(clock.now() - minutes(2)).toISOString()
  expect(await of(`action=department.added&from=${from}&to=${to}`)).toBe(3)
  expect(await of('objectKind=department&objectId=d-3')).toBe(1)
  expect((await api.call('GET', '/api/v1/audit?from=yesterday')).status).toBe(400)
  expect((await api.call('GET', '/api/v1/audit?after=x')).status).toBe(400)
})

test.each(['update audit_log set name = name', 'delete from audit_log', 'truncate audit_log'])(
  'the database refuses to rewrite it: %s',
  async (statement) => {
    await expect(api.registry.pool.query(statement)).rejects.toThrow(/never rewritten/)
  },
)

test('whatever is written in a transaction is gone with it', async () => {
  const { audit } = api.people
  const client = await api.registry.pool.connect()
  await client.query('begin')
  const actor = { principal: { accountId: null, name: 'x', roles: [] }, address: null }
  await audit.write({ actor, action: 'case.voided' }, client)
  await client.query('rollback')
  client.release()
  expect((await list('action=case.voided')).items).toEqual([])
})

test('when the log cannot be written, the answer is given and the service log says so', async () => {
  const lines: { message: string; entry: unknown }[] = []
  const log = Object.create(api.options.log, {
    error: { value: (entry: unknown, message: string) => lines.push({ entry, message }) },
  }) as typeof api.options.log
  const mute = await openTestApi({
    log,
    people: Object.assign(Object.create(null), api.options.people, {
      audit: { write: () => Promise.reject(new Rejected('database-refused', 'no room')) },
    }),
  })
  expect((await mute.call('DELETE', '/api/v1/devices/none')).status).toBe(404)
  expect(lines).toEqual([
    {
      message: 'a request is not in the audit log',
      entry: {
        method: 'DELETE',
        route: '/api/v1/devices/:id',
        account: null,
        reason: 'no room',
      },
    },
  ])
  await mute.close()
})

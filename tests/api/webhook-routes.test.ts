import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ROLES } from '#model/role.ts'
import { systemClock } from '#runtime/clock.ts'
import { CaseWriter } from '#tests/outbox/case-writer.ts'
import { Receiver, refused, taken } from '#tests/outbox/receiver.ts'
import { addAccount } from '#tests/people/accounts.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
let receiver: Receiver
let cases: CaseWriter

beforeAll(async () => {
  api = await openTestApi()
  cases = new CaseWriter(api.registry.pool, () => systemClock.now())
})
afterAll(() => api.close())
beforeEach(async () => {
  // As the outbox goes, which may be under way: lanes first.
  await api.registry.pool.query('delete from webhook_lane; delete from webhook')
  receiver = await Receiver.start()
})
afterEach(() => receiver.stop())

const NOBODY = '0193b0a0-0000-7000-8000-000000000000'

const create = async (change: object = {}) => {
  const answer = await api.call('POST', '/api/v1/webhooks', {
    title: 'emergency office',
    url: receiver.url,
    ...change,
  })
  expect(answer.status, answer.text).toBe(201)
  return answer.body as { readonly id: string; readonly secret: string }
}

const eventsOf = async (path: string) =>
  (await api.call('GET', path)).body.items as readonly {
    readonly eventId: string
    readonly state: string
    readonly sequence: number
    readonly waitingBehind: number
    readonly lastError: string | null
  }[]

/** As the service does after each commit. */
const untilState = async (id: string, states: readonly string[]) => {
  await expect
    .poll(
      async () => {
        api.webhooks.poke()
        return (await eventsOf(`/api/v1/webhooks/${id}/deliveries`)).map(
          ({ sequence, state }) => `${sequence} ${state}`,
        )
      },
      { interval: 20 },
    )
    .toEqual(states)
}

test('a secret is shown when it is made, and never again', async () => {
  const { id, secret } = await create()
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  const shown = await api.call('GET', `/api/v1/webhooks/${id}`)
  expect(shown.body).toMatchObject({
    title: 'emergency office',
    enabled: true,
    formerSecretUntil: null,
  })
  const rotated = await api.call('POST', `/api/v1/webhooks/${id}/secret`, { overlap_s: 60 })
  expect(rotated.body.secret).not.toBe(secret)
  expect(Date.parse(rotated.body.formerSecretUntil)).toBeGreaterThan(Date.now())
  const all = await api.call('GET', '/api/v1/webhooks')
  expect(all.text + shown.text).not.toContain('whsec_')
})

test('hooks are listed page by page, changed and removed', async () => {
  const ids = [await create(), await create(), await create()].map(({ id }) => id)
  const first = await api.call('GET', '/api/v1/webhooks?limit=2')
  const second = await api.call('GET', `/api/v1/webhooks?limit=2&after=${first.body.next}`)
  const listed = [...first.body.items, ...second.body.items] as { id: string }[]
  expect(listed.map(({ id }) => id)).toEqual(ids)
  const path = `/api/v1/webhooks/${ids[0]}`
  const changed = await api.call('PATCH', path, {
    eventTypes: ['dispatched', 'closed'],
    areas: ['140802'],
    enabled: false,
  })
  expect(changed.body).toMatchObject({
    title: 'emergency office',
    eventTypes: ['dispatched', 'closed'],
    areas: ['140802'],
    departments: null,
    enabled: false,
  })
  expect((await api.call('PATCH', path, { areas: null })).body.areas).toBeNull()
  expect((await api.call('DELETE', path)).status).toBe(204)
  expect((await api.call('GET', path)).status).toBe(404)
})

test.each([
  ['ftp://example.org/', 'neither http nor https'],
  ['example.org', 'not an absolute address'],
  ['https://user:secret@example.org/', 'name or password'],
  ['https://example.org/#part', 'fragment'],
  ['http://169.254.169.254/latest/meta-data', 'never sent to 169.254.169.254'],
  ['http://0xa9fea9fe/', 'never sent to 169.254.169.254'],
  ['http://[fe80::1]/', 'never sent to fe80::1'],
  ['http://[::ffff:169.254.169.254]/', 'never sent to'],
  ['http://100.100.100.200/', 'never sent to'],
  ['http://0.0.0.0/', 'never sent to'],
])('%s is refused as an address: %s', async (url, why) => {
  const answer = await api.call('POST', '/api/v1/webhooks', { title: 'x', url })
  expect(answer.status).toBe(400)
  expect(answer.body.errors).toEqual([{ pointer: '#/url', detail: expect.stringContaining(why) }])
})

test('what is no type of event or no area is refused', async () => {
  for (const change of [{ eventTypes: ['Closed!'] }, { eventTypes: [] }, { areas: ['1408'] }]) {
    const answer = await api.call('POST', '/api/v1/webhooks', {
      title: 'x',
      url: receiver.url,
      ...change,
    })
    expect(answer.status).toBe(400)
  }
})

test('a test is sent whatever the hook is for, and its answer told', async () => {
  const { id } = await create({ enabled: false })
  const path = `/api/v1/webhooks/${id}/test`
  expect((await api.call('POST', path)).body).toMatchObject({ delivered: true, status: 204 })
  const body = JSON.parse(receiver.received[0]?.body ?? '') as object
  expect(body).toMatchObject({ type: 'wanmi.webhook.test', subject: id })
  receiver.reply = refused(403, 'who are you?')
  expect((await api.call('POST', path)).body).toMatchObject({
    delivered: false,
    status: 403,
    error: 'HTTP 403: who are you?',
  })
  await api.call('PATCH', `/api/v1/webhooks/${id}`, { url: 'http://127.0.0.1:1/' })
  expect((await api.call('POST', path)).body).toMatchObject({ delivered: false, status: null })
})

test('dead letters are listed with what waits behind them, sent again and taken out', async () => {
  const { id } = await create()
  receiver.reply = refused(500)
  const { caseId, id: eventId } = await cases.open()
  await cases.write(caseId, [{}, {}])
  await untilState(id, ['3 pending', '2 pending', '1 dead'])
  for (const path of [
    'dead-letters',
    `dead-letters?webhookId=${id}`,
    `${id}/deliveries?state=dead`,
  ]) {
    const [letter] = await eventsOf(`/api/v1/webhooks/${path}`)
    expect(letter).toMatchObject({ eventId, waitingBehind: 2, lastError: 'HTTP 500' })
  }
  expect((await api.call('POST', `/api/v1/webhooks/${id}/dead-letters/discard`)).body).toEqual({
    notices: 1,
  })
  await untilState(id, ['3 pending', '2 dead', '1 discarded'])
  receiver.reply = taken
  expect((await api.call('POST', `/api/v1/webhooks/${id}/dead-letters/replay`)).body).toEqual({
    notices: 1,
  })
  await untilState(id, ['3 delivered', '2 delivered', '1 discarded'])
  const one = `/api/v1/webhooks/${id}/deliveries/${eventId}`
  expect((await api.call('POST', `${one}/discard`)).status).toBe(409)
  expect((await api.call('POST', `${one}/replay`)).body).toMatchObject({ state: 'pending' })
  await untilState(id, ['3 delivered', '2 delivered', '1 delivered'])
})

test('the events of a case are sent again from a sequence on', async () => {
  const { id } = await create()
  const { caseId } = await cases.open()
  await cases.write(caseId, [{}, {}])
  await untilState(id, ['3 delivered', '2 delivered', '1 delivered'])
  const path = `/api/v1/webhooks/${id}/cases/${caseId}/replay?from=2`
  expect((await api.call('POST', path)).body).toEqual({ notices: 2 })
  await expect.poll(() => receiver.received.length, { interval: 10 }).toBe(5)
})

test('what is not there is not found', async () => {
  const { id } = await create()
  const { caseId } = await cases.open()
  for (const [method, path] of [
    ['GET', NOBODY],
    ['PATCH', NOBODY],
    ['DELETE', NOBODY],
    ['POST', `${NOBODY}/secret`],
    ['POST', `${NOBODY}/test`],
    ['GET', `${NOBODY}/deliveries`],
    ['POST', `${NOBODY}/dead-letters/replay`],
    ['POST', `${NOBODY}/dead-letters/discard`],
    ['POST', `${NOBODY}/cases/${caseId}/replay`],
    ['POST', `${id}/cases/${NOBODY}/replay`],
    ['POST', `${id}/deliveries/${NOBODY}/replay`],
    ['POST', `${id}/deliveries/${NOBODY}/discard`],
  ] as const) {
    const body = method === 'PATCH' ? { title: 'x' } : undefined
    const answer = await api.call(method, `/api/v1/webhooks/${path}`, body)
    expect(answer.status, `${method} ${path}`).toBe(404)
  }
})

test('whoever is no administrator does nothing with them and sees none, counts included', async () => {
  const { id } = await create()
  const document = (await api.call('GET', '/api/openapi.json')).body as {
    paths: Record<string, Record<string, object>>
  }
  const routes = Object.entries(document.paths)
    .filter(([path]) => path.startsWith('/api/v1/webhooks'))
    .flatMap(([path, item]) =>
      Object.keys(item).map((method) => [method.toUpperCase(), path] as const),
    )
  expect(routes).toHaveLength(14)
  const others = ROLES.filter((role) => role !== 'administrator')
  await api.call('PUT', '/api/v1/departments/works', { name: 'works' })
  for (const role of others) {
    const more = role.startsWith('department') ? { departmentId: 'works' } : {}
    const { headers } = await addAccount(api.people, [role], more)
    for (const [method, path] of routes) {
      const address = path.replaceAll(/\{\w+\}/g, id)
      const answer = await api.call(method as 'GET', address, undefined, headers)
      expect(answer.status, `${role} ${method} ${path}`).toBe(403)
      expect(answer.text).not.toContain('emergency')
    }
  }
  const { headers } = await addAccount(api.people, ['administrator'])
  expect((await api.call('GET', '/api/v1/webhooks', undefined, headers)).status).toBe(200)
})

test('what is done with them is in the audit log, and no secret is', async () => {
  const { headers } = await addAccount(api.people, ['administrator'])
  const answer = await api.call(
    'POST',
    '/api/v1/webhooks',
    { title: 'press office', url: receiver.url },
    headers,
  )
  const log = await api.call('GET', '/api/v1/audit?limit=5')
  expect(log.body.items[0]).toMatchObject({ action: 'POST /api/v1/webhooks', outcome: 'done' })
  expect(log.text).not.toContain(answer.body.secret)
})

test('metrics tell what waits and what was given up', async () => {
  const { id } = await create()
  receiver.reply = refused(500)
  const { caseId } = await cases.open()
  await cases.write(caseId, [{}])
  await untilState(id, ['2 pending', '1 dead'])
  const { text } = await api.call('GET', '/metrics')
  expect(text).toContain('wanmi_webhook_notices{state="pending"} 1')
  expect(text).toContain('wanmi_webhook_notices{state="dead"} 1')
  expect(text).toMatch(/wanmi_webhook_attempts_total\{outcome="dead"\} [1-9]/)
  expect(text).toMatch(/wanmi_webhook_oldest_pending_seconds \d/)
})

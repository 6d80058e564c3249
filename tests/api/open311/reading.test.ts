import { afterAll, beforeAll, expect, test } from 'vitest'
import { days, hours } from '#model/time.ts'
import { addAccount } from '#tests/people/accounts.ts'
import { type Form, type Open311Api, openOpen311 } from './open311-fixture.ts'

let city: Open311Api
beforeAll(async () => {
  city = await openOpen311()
})
afterAll(() => city.api.close())

test('an account reads what it filed itself and nothing else, counts included', async () => {
  const other = await addAccount(city.api.people, ['integration'])
  const mine = await city.file(undefined, other)
  const theirs = await city.file()
  const list = await city.json('requests', 'requests.json', other.headers)
  expect(list.body.map((each: Form) => each['service_request_id'])).toEqual([mine])
  const asked = await city.json(
    'requests',
    `requests.json?service_request_id=${theirs},${mine},nonsense`,
    other.headers,
  )
  expect(asked.body.map((each: Form) => each['service_request_id'])).toEqual([mine])
  for (const path of [`requests/${theirs}.json`, `tokens/${theirs}.json`]) {
    const hidden = await city.json('requests', path, other.headers)
    const missing = await city.json(
      'requests',
      path.replace(theirs, crypto.randomUUID()),
      other.headers,
    )
    expect(hidden.status).toBe(404)
    expect(hidden.body[0].description.replace(theirs, '')).toBe(
      missing.body[0].description.replace(/[0-9a-f-]{36}/, ''),
    )
  }
  const token = await city.send('GET', `tokens/${mine}.json`, undefined, other.headers)
  expect(JSON.parse(token.text)).toEqual([{ service_request_id: mine, token: mine }])
})

test('one that may read all reads what its areas let it, and its own anywhere', async () => {
  const bounded = await addAccount(city.api.people, ['integration'], { areas: ['140803'] })
  const fields = { source: 'outside', system: null, readsAll: true }
  await city.api.call('PUT', `/api/v1/integrations/${bounded.id}`, fields)
  const inside = await city.file({ service_code: 'P0103', address_id: '1408030103000001' })
  const outside = await city.file()
  const own = await city.file(undefined, bounded)
  const { body } = await city.json('requests', 'requests.json', bounded.headers)
  const ids = body.map((each: Form) => each['service_request_id'])
  expect(ids).toContain(inside)
  expect(ids).toContain(own)
  expect(ids).not.toContain(outside)
  expect((await city.json('requests', `requests/${outside}.json`, bounded.headers)).status).toBe(
    404,
  )
})

test('requests are listed by service, status and time, the newest first', async () => {
  const lister = await addAccount(city.api.people, ['integration'])
  city.clock.move(days(200))
  const start = new Date(city.clock.now()).toISOString()
  const cover = await city.file(undefined, lister)
  city.clock.move(hours(1))
  const burst = await city.file({ ...city.elsewhere(), service_code: 'E0501' }, lister)
  city.clock.move(hours(1))
  const unknown = await city.file(
    { ...city.elsewhere(), service_code: 'E0000', description: '?' },
    lister,
  )
  await city.act(cover, 'acceptor', 'reject', { reason: '重复' })
  const ids = async (query: string): Promise<string[]> =>
    (await city.json('requests', `requests.json?${query}`, lister.headers)).body.map(
      (each: Form) => each['service_request_id'],
    )
  expect(await ids('')).toEqual([unknown, burst, cover])
  expect(await ids('service_code=P0103,E0000')).toEqual([unknown, cover])
  expect(await ids('status=closed')).toEqual([cover])
  expect(await ids('status=open&status=closed')).toEqual([unknown, burst, cover])
  expect(await ids(`start_date=${start}&end_date=${start}`)).toEqual([cover])
  city.clock.move(days(91))
  expect(await ids('')).toEqual([])
  expect(await ids(`start_date=${start}`)).toEqual([unknown, burst, cover])
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { hours, minutes } from '#model/time.ts'
import { addAccount } from '#tests/people/accounts.ts'
import { COVER, type Open311Api, openOpen311 } from './open311-fixture.ts'

let city: Open311Api
beforeAll(async () => {
  city = await openOpen311()
})
afterAll(() => city.api.close())

test('a request becomes a report, and its status follows the case to the end', async () => {
  const place = city.elsewhere()
  const id = await city.file({
    ...COVER,
    ...place,
    address_string: '河东东街',
    last_name: '张',
    first_name: '三',
    phone: '13800000000',
    email: 'zhang@example.org',
    'attribute[urgent]': 'yes',
    media_url: 'https://pictures.example/1.jpg',
  })
  expect(await city.shown(id)).toEqual({
    service_request_id: id,
    status: 'open',
    status_notes: '已登记，待受理 · received',
    service_name: '雨水井盖',
    service_code: 'P0103',
    description: '井盖移位\n在路口\nhttps://pictures.example/1.jpg',
    agency_responsible: null,
    service_notice: null,
    requested_datetime: '2026-11-23T00:00:00Z',
    updated_datetime: '2026-11-23T00:00:00Z',
    expected_datetime: null,
    address: '河东东街',
    address_id: null,
    zipcode: null,
    lat: Number(place['lat']),
    long: 111.5,
    media_url: null,
  })
  const { rows } = await city.api.registry.pool.query(
    `select r.source, r.contact_name, r.contact_phone, r.reported_by, e.origin, c.is_urgent
     from case_report r join case_event e using (case_id) join case_record c on c.id = r.case_id
     where r.id = $1`,
    [id],
  )
  expect(rows).toEqual([
    {
      source: 'outside',
      contact_name: '张三 <zhang@example.org>',
      contact_phone: '13800000000',
      reported_by: city.program.id,
      origin: 'open311',
      is_urgent: true,
    },
  ])

  city.clock.move(minutes(5))
  await city.act(id, 'acceptor', 'accept')
  expect(await city.shown(id)).toMatchObject({
    status: 'open',
    status_notes: '已受理 · accepted',
    updated_datetime: '2026-11-23T00:05:00Z',
  })
  await city.act(id, 'duty-officer', 'file')
  await city.act(id, 'dispatcher', 'dispatch', { departmentId: 'water' })
  expect(await city.shown(id)).toMatchObject({
    status_notes: '已派遣 · dispatched',
    agency_responsible: '供水公司',
    expected_datetime: expect.stringMatching(/Z$/) as string,
  })
  await city.act(id, 'department-handler', 'start')
  expect(await city.shown(id)).toMatchObject({ status_notes: '处置中 · being handled' })
  await city.act(id, 'department-handler', 'feed-back', { reason: '井盖已复位' })
  const inspectorId = await city.accountOf('inspector')
  await city.act(id, 'acceptor', 'ask-post-check', { inspectorId })
  await city.act(id, 'inspector', 'post-check', { passed: true, reason: '已恢复' })
  city.clock.move(minutes(10))
  await city.act(id, 'duty-officer', 'close')
  const closedAt = new Date(city.clock.now()).toISOString().replace('.000Z', 'Z')
  city.clock.move(hours(5))
  expect(await city.shown(id)).toMatchObject({
    status: 'closed',
    status_notes: '已结案：恢复原位 · closed: cover back in place',
    updated_datetime: closedAt,
  })
})

test('what nobody is to know is told to nobody', async () => {
  const id = await city.file({
    ...COVER,
    ...city.elsewhere(),
    phone: '13800000000',
    last_name: '张',
  })
  await city.act(id, 'acceptor', 'note', { reason: '内部备注：与张某有纠纷' })
  await city.act(id, 'acceptor', 'accept', { reason: '内部意见' })
  for (const path of [
    `requests/${id}.json`,
    `requests/${id}.xml`,
    'requests.json',
    'requests.xml',
  ]) {
    const { text } = await city.send('GET', path, undefined, city.program.headers)
    expect(text).toContain(id)
    for (const secret of ['13800000000', '内部', '张', city.program.id, 'acceptor']) {
      expect(text).not.toContain(secret)
    }
  }
})

test('a request that is not accepted says why, to whoever filed it', async () => {
  const id = await city.file()
  await city.act(id, 'acceptor', 'reject', { reason: '该处不属于城管范围' })
  city.clock.move(minutes(1))
  expect(await city.shown(id)).toMatchObject({
    status: 'closed',
    status_notes: '不予受理：该处不属于城管范围 · rejected',
  })
  const all = await addAccount(city.api.people, ['integration'])
  const fields = { source: 'hotline', system: null, readsAll: true }
  await city.api.call('PUT', `/api/v1/integrations/${all.id}`, fields)
  expect(await city.shown(id, all)).toMatchObject({
    status: 'closed',
    status_notes: '不予受理 · rejected',
    description: '雨水井盖缺失、移位或开裂且有隐患',
    address: null,
  })
})

test('a second report of the same joins the case, and each reporter sees its own', async () => {
  const other = await addAccount(city.api.people, ['integration'])
  const place = city.elsewhere()
  const first = await city.file({ ...COVER, ...place, address_string: '河东东街' })
  const second = await city.file({ ...COVER, ...place, description: 'the same again' }, other)
  expect(second).not.toBe(first)
  expect(await city.shown(second, other)).toMatchObject({
    status: 'open',
    description: 'the same again',
    address: null,
    status_notes: expect.stringContaining('合并处理') as string,
  })
  // A merge is followed to the master.
  const master = await city.file()
  const { id: masterId } = await city.act(master, 'acceptor', 'accept')
  await city.act(first, 'acceptor', 'merge', { into: masterId })
  await city.act(master, 'duty-officer', 'file')
  expect(await city.shown(first)).toMatchObject({
    status: 'open',
    status_notes: expect.stringContaining('已立案') as string,
  })
  await city.act(master, 'duty-officer', 'void', { reason: '误报' })
  expect(await city.shown(first)).toMatchObject({ status: 'closed' })
})

test('the same form sent again under one key is one request', async () => {
  const form = { ...COVER, ...city.elsewhere(), api_key: city.program.token }
  const headers = { 'idempotency-key': 'form-1' }
  const [one, two] = [
    await city.send('POST', 'requests.json', form, headers),
    await city.send('POST', 'requests.json', form, headers),
  ]
  expect(one.status).toBe(201)
  expect(two.text).toBe(one.text)
})

test('the source of what an account reports is stated for it', async () => {
  const line = await addAccount(city.api.people, ['integration'])
  const fields = { source: 'hotline', system: null, readsAll: false }
  await city.api.call('PUT', `/api/v1/integrations/${line.id}`, fields)
  const id = await city.file(undefined, line)
  const { rows } = await city.api.registry.pool.query(
    'select source from case_report where id = $1',
    [id],
  )
  expect(rows).toEqual([{ source: 'hotline' }])
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Form, type Open311Api, openOpen311 } from './open311-fixture.ts'

let city: Open311Api
beforeAll(async () => {
  city = await openOpen311()
})
afterAll(() => city.api.close())

test('whoever comes is told where the door is and what can be asked for, without a key', async () => {
  const found = await city.json('discovery', 'discovery.json', { host: 'city.example' })
  expect(found.body).toMatchObject({
    contact: 'Ask us.',
    endpoints: [{ url: 'http://city.example/open311/v2', type: 'production' }],
  })
  const { document } = await city.xml('discovery.xml', {})
  expect(document).toMatchObject({
    discovery: {
      endpoints: { endpoint: [{ formats: { format: ['text/xml', 'application/json'] } }] },
    },
  })

  const services = await city.json('services', 'services.json', {})
  expect(services.body).toHaveLength(92 + 98 + 2)
  const cover = services.body.find((each: Form) => each['service_code'] === 'P0103')
  expect(cover).toMatchObject({
    service_name: '雨水井盖',
    group: '部件：公用设施',
    metadata: true,
    type: 'realtime',
  })
  expect(cover.keywords.split(', ')).toContain('缺失、移位或开裂且有隐患')
  const listed = await city.xml('services.xml', {})
  expect(listed.document.services.service).toHaveLength(services.body.length)
  expect(listed.document.services.service[0]).toEqual({
    ...services.body[0],
    metadata: 'true',
  })
})

test('a service says what may be told of it', async () => {
  const { body } = await city.json('definition', 'services/P0103.json', {})
  expect(
    body.attributes.map((each: { code: string; order: number }) => [each.code, each.order]),
  ).toEqual([
    ['condition', 1],
    ['urgent', 2],
    ['observed_at', 3],
  ])
  expect(body.attributes[0].values[0]).toEqual({
    key: 'missing-or-displaced',
    name: '缺失、移位或开裂且有隐患 missing, displaced or cracked, a danger',
  })
  const { document } = await city.xml('services/P0103.xml', {})
  expect(document.service_definition.attributes.attribute[0]?.values.value).toHaveLength(4)
  // A class without filing conditions of ours has none to choose from.
  expect((await city.json('definition', 'services/E0000.json', {})).body.attributes).toHaveLength(2)
  expect((await city.json('definition', 'services/P9999.json', {})).status).toBe(404)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApi, type TestApi, TOKEN } from './api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

const geometry = {
  type: 'LineString',
  coordinates: [
    [111, 35],
    [111.02, 35.01],
  ],
}
const BOX = '110.9,34.9,111.1,35.1'
const sewer = { class: 'sewer', name: '人民路污水管', diameter_mm: 600, geometry }

test('a pipe is put, shown, listed, drawn and removed', async () => {
  const at = '/api/v1/lines/WS-0001'
  expect(await api.call('PUT', at, sewer)).toMatchObject({ status: 201, body: { id: 'WS-0001' } })
  expect((await api.call('PUT', at, sewer)).status).toBe(200)
  expect((await api.call('GET', at)).body).toMatchObject({ diameter_mm: 600, devices: [] })
  const list = (await api.call('GET', '/api/v1/lines?class=sewer')).body
  expect(list).toMatchObject({ items: [{ id: 'WS-0001', geometry }], next: null })
  const drawn = (await api.call('GET', `/api/v1/lines-on-map?bbox=${BOX}&zoom=15`)).body
  expect(drawn).toMatchObject({
    complete: true,
    items: [{ id: 'WS-0001', name: '人民路污水管', paths: [geometry.coordinates] }],
  })
  expect((await api.call('DELETE', at)).status).toBe(204)
  expect((await api.call('GET', at)).status).toBe(404)
})

test('what is no street or pipe is refused with its reason', async () => {
  const put = (id: string, body: object) => api.call('PUT', `/api/v1/lines/${id}`, body)
  expect((await put('a b', sewer)).status).toBe(400)
  expect((await put('WS-1', { ...sewer, class: 'river' })).status).toBe(400)
  const coordinates = [
    [111, 35],
    [111, 35],
  ]
  expect(await put('WS-1', { ...sewer, geometry: { ...geometry, coordinates } })).toMatchObject({
    status: 400,
    body: { errors: [{ code: 'line-flat' }] },
  })
  expect((await api.call('GET', '/api/v1/lines-on-map?zoom=15')).status).toBe(400)
})

test('a map that has the lines already is told so until one of them changes', async () => {
  const ask = (tag = '') =>
    api.app.inject({
      url: `/api/v1/lines-on-map?bbox=${BOX}&zoom=15`,
      headers: { authorization: `Bearer ${TOKEN}`, 'if-none-match': tag },
    })
  const first = await ask()
  expect(first.headers['cache-control']).toBe('private, no-cache')
  const tag = String(first.headers['etag'])
  expect(await ask(tag)).toMatchObject({ statusCode: 304, body: '' })
  const features = [{ type: 'Feature', id: 'GS-1', properties: { class: 'water-main' }, geometry }]
  const file = JSON.stringify({ type: 'FeatureCollection', features })
  const type = { 'content-type': 'application/geo+json' }
  const imported = await api.call('POST', '/api/v1/imports/lines', file, type)
  expect(imported.body).toMatchObject({ committed: true, accepted: 1 })
  const after = await ask(tag)
  expect(after.statusCode).toBe(200)
  expect(after.json()).toMatchObject({ items: [{ id: 'GS-1', class: 'water-main' }] })
})

test('parts are told where they stand, but for those that were removed', async () => {
  const at = (lon_deg: number) => ({ lon_deg, lat_deg: 35 })
  const add = (serial: string, more: object) =>
    api.call('POST', '/api/v1/parts', { id: `1408020102${serial}`, name: '污水井盖', ...more })
  await add('000001', at(111))
  await add('000002', { ...at(111.01), state: 'damaged' })
  await add('000003', { ...at(111.01), state: 'removed' })
  await add('000004', at(112))
  await add('000005', {})
  expect((await api.call('GET', `/api/v1/parts-on-map?bbox=${BOX}`)).body).toEqual({
    complete: true,
    items: [
      { id: '1408020102000001', name: '污水井盖', state: 'intact', place: at(111) },
      { id: '1408020102000002', name: '污水井盖', state: 'damaged', place: at(111.01) },
    ],
  })
  expect((await api.call('GET', '/api/v1/parts-on-map')).status).toBe(400)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

const title = { en: 'route 1', zh: '一号线路' }
const geometry = {
  type: 'LineString',
  coordinates: [
    [111, 35],
    [111.02, 35.01],
  ],
}

test('an area is put, shown, listed and removed', async () => {
  const at = '/api/v1/areas/route-1'
  expect(await api.call('PUT', at, { title, geometry })).toMatchObject({
    status: 201,
    body: { id: 'route-1', title, geometry },
  })
  expect((await api.call('PUT', at, { title: { en: 'one', zh: '一' }, geometry })).status).toBe(200)
  expect((await api.call('GET', at)).body).toMatchObject({ title: { en: 'one' }, geometry })
  expect((await api.call('GET', '/api/v1/areas')).body).toMatchObject({
    items: [{ id: 'route-1' }],
    next: null,
  })
  expect((await api.call('DELETE', at)).status).toBe(204)
  expect((await api.call('GET', at)).status).toBe(404)
})

test('an area that a rule names is not removed', async () => {
  await api.call('PUT', '/api/v1/areas/depot', { title, geometry })
  api.registry.named.set('depot', 'the rule truck-out-of-area')
  expect(await api.call('DELETE', '/api/v1/areas/depot')).toMatchObject({
    status: 409,
    body: { code: 'conflict', detail: 'the rule truck-out-of-area names the area depot' },
  })
})

test('a geometry that is none is refused with its reason', async () => {
  const open = {
    type: 'Polygon',
    coordinates: [
      [
        [111, 35],
        [111.01, 35],
        [111.01, 35.01],
        [111, 35.01],
      ],
    ],
  }
  expect(await api.call('PUT', '/api/v1/areas/open', { title, geometry: open })).toMatchObject({
    status: 400,
    body: { errors: [{ code: 'ring-unclosed' }] },
  })
  expect((await api.call('PUT', '/api/v1/areas/No%20Id', { title, geometry })).status).toBe(400)
  const point = { type: 'Point', coordinates: [111, 35] }
  expect((await api.call('PUT', '/api/v1/areas/point', { title, geometry: point })).status).toBe(
    400,
  )
})

test('areas come as a GeoJSON file', async () => {
  const features = [{ type: 'Feature', id: 'from-file', properties: { title }, geometry }]
  const file = JSON.stringify({ type: 'FeatureCollection', features })
  const type = { 'content-type': 'application/geo+json' }
  expect((await api.call('POST', '/api/v1/imports/areas', file, type)).body).toMatchObject({
    committed: true,
    accepted: 1,
  })
  expect(api.registry.areaDirectory.areas.get('from-file')?.geometry).toEqual(geometry)
})

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { square } from '#tests/registry/registry-fixture.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

test('a device is registered, shown, changed and removed', async () => {
  const created = await api.call('POST', '/api/v1/devices', {
    id: 'cover-1',
    kind: 'manhole-cover',
    lon_deg: 110.995,
    lat_deg: 35.025,
    reportingInterval_s: 600,
  })
  expect(created).toMatchObject({
    status: 201,
    headers: { location: '/api/v1/devices/cover-1' },
    body: { id: 'cover-1', place: { lon_deg: 110.995, lat_deg: 35.025 }, reportingInterval_s: 600 },
  })
  expect(created.body.secret).toMatch(/^[\w-]{22}$/)

  const shown = await api.call('GET', '/api/v1/devices/cover-1')
  expect(shown.status).toBe(200)
  expect(shown.body).not.toHaveProperty('secret')

  const changed = await api.call('PATCH', '/api/v1/devices/cover-1', {
    label: '人民路口',
    address: null,
  })
  expect(changed.body).toMatchObject({ label: '人民路口', address: null, reportingInterval_s: 600 })

  for (const [text, found] of [
    ['民路', 1],
    ['COVER', 1],
    ['_', 0],
  ] as const) {
    const { body } = await api.call('GET', `/api/v1/devices?text=${encodeURIComponent(text)}`)
    expect(body.items, text).toHaveLength(found)
  }

  const rotated = await api.call('POST', '/api/v1/devices/cover-1/secret')
  expect(rotated.body.secret).not.toBe(created.body.secret)
  const given = await api.call('POST', '/api/v1/devices/cover-1/secret', { secret: 'mine' })
  expect(given.body).toEqual({ id: 'cover-1' })

  expect((await api.call('DELETE', '/api/v1/devices/cover-1')).status).toBe(204)
  expect(await api.call('GET', '/api/v1/devices/cover-1')).toMatchObject({
    status: 404,
    body: { code: 'not-found', detail: 'no device cover-1 is registered' },
  })
})

test('a device that is read and sent back is refused and not shifted a second time', async () => {
  const { body } = await api.call('POST', '/api/v1/devices', {
    id: 'gcj',
    kind: 'bin-sensor',
    lon_deg: 111,
    lat_deg: 35,
    coordinateSystem: 'gcj02',
  })
  const { id: _id, kind: _kind, secret: _secret, ...rest } = body
  expect(await api.call('PATCH', '/api/v1/devices/gcj', rest)).toMatchObject({ status: 400 })
})

test('what is wrong with a device is said field by field', async () => {
  const refused = await api.call('POST', '/api/v1/devices', {
    id: 'no spaces allowed',
    kind: 'kite',
    enabled: 'yes',
    colour: 'red',
  })
  expect(refused).toMatchObject({
    status: 400,
    type: 'application/problem+json; charset=utf-8',
    body: { type: '/api/problems/invalid-input', status: 400, code: 'invalid-input' },
  })
  const pointers = refused.body.errors.map((fault: { pointer: string }) => fault.pointer)
  expect(pointers.sort()).toEqual(['#/colour', '#/enabled', '#/id', '#/kind'])

  const swapped = await api.call('POST', '/api/v1/devices', {
    id: 'swapped',
    kind: 'bin-sensor',
    lon_deg: 35,
    lat_deg: 111,
  })
  expect(swapped.body.errors).toEqual([
    { code: 'place-swapped', detail: 'Longitude and latitude are swapped.' },
  ])
})

test('attributes are shown as they were given, changed by name, and refused by name', async () => {
  const registered = await api.call('POST', '/api/v1/devices', {
    id: 'noted',
    kind: 'manhole-cover',
    attributes: { medium: 'sewer', dn_mm: 300, lined: false },
  })
  expect(registered).toMatchObject({ status: 201, body: { attributes: { dn_mm: 300 } } })
  const url = '/api/v1/devices/noted'
  const changed = await api.call('PATCH', url, { attributes: { lined: null, dn_mm: '300' } })
  expect(changed.body.attributes).toEqual({ medium: 'sewer', dn_mm: '300' })
  const refused = await api.call('PATCH', url, { attributes: { 'two words': 1, medium: {} } })
  expect(refused.status).toBe(400)
  const pointers = refused.body.errors.map((fault: { pointer: string }) => fault.pointer)
  expect(pointers.sort()).toEqual(['#/attributes/medium', '#/attributes/two words'])
  expect((await api.call('PATCH', url, { attributes: null })).body.attributes).toEqual({})
})

test('a trial of a rule is on the devices that are selected', async () => {
  const document =
    'id: full\nkind: bin-sensor\ntitle: { en: full, zh: 满 }\nsource: a trial\n' +
    'when: fill_pct > 90.0\nseverity: notice\noutcome: { case: none }\n'
  const attributes = { medium: 'glass', litres: 240 }
  const bin = { id: 'bin-of-glass', kind: 'bin-sensor', group: 'north', attributes }
  await api.call('POST', '/api/v1/devices', bin)
  const trial = (where: object) =>
    api.call('POST', '/api/v1/backtests', {
      rule: { document },
      from: '2026-11-01T00:00:00Z',
      to: '2026-11-02T00:00:00Z',
      where,
    })
  const fits = { group: ['north', 'south'], attributes: { medium: 'glass', litres: [120, 240] } }
  expect((await trial(fits)).status).toBe(202)
  expect((await trial({ attributes: { litres: '240' } })).body.detail).toBe(
    'no bin-sensor is selected',
  )
  const faulty = await trial({ grid: '1408', district: 140_802, street: 'x' })
  expect(faulty.status).toBe(400)
  expect(
    faulty.body.errors.map(({ pointer, detail }: Record<string, string>) => [pointer, detail]),
  ).toEqual([
    ['#/where/street', 'where.street is not a field of this object'],
    ['#/where/district', 'where.district must be string or array'],
    ['#/where/grid', expect.stringContaining('where.grid must match')],
  ])
})

test('a second device of one id is a conflict', async () => {
  const body = { id: 'twice', kind: 'bin-sensor' }
  expect((await api.call('POST', '/api/v1/devices', body)).status).toBe(201)
  expect(await api.call('POST', '/api/v1/devices', body)).toMatchObject({
    status: 409,
    body: { code: 'conflict' },
  })
})

test('parts and grids are kept the same way, and a point is located', async () => {
  const grid = square('140802001001001', 11_099, 3_502)
  expect((await api.call('POST', '/api/v1/grids', grid)).status).toBe(201)
  expect((await api.call('GET', '/api/v1/grids/140802001001001')).body).toEqual(grid)
  const part = { id: '1408020102000001', name: '雨水井盖', lon_deg: 110.995, lat_deg: 35.025 }
  expect((await api.call('POST', '/api/v1/parts', part)).body).toMatchObject({
    gridCode: '140802001001001',
    state: 'intact',
  })
  const state = { state: 'damaged', note: '缺角' }
  expect((await api.call('PATCH', '/api/v1/parts/1408020102000001', state)).body).toMatchObject(
    state,
  )
  const list = await api.call('GET', '/api/v1/parts?class=0102&state=damaged')
  expect(list.body.items).toHaveLength(1)

  const at = '/api/v1/grids/locate?lon_deg=110.995&lat_deg='
  expect((await api.call('GET', `${at}35.025`)).body.grid.code).toBe('140802001001001')
  expect((await api.call('GET', `${at}36`)).body).toEqual({ grid: null })
  expect((await api.call('GET', `${at}110`)).status).toBe(400)

  const moved = { geometry: square('', 11_100, 3_502).geometry }
  expect((await api.call('PATCH', '/api/v1/grids/140802001001001', moved)).status).toBe(200)
  expect((await api.call('GET', `${at}35.025`)).body).toEqual({ grid: null })
  expect((await api.call('DELETE', '/api/v1/grids/140802001001001')).status).toBe(204)
  expect((await api.call('DELETE', '/api/v1/parts/1408020102000001')).status).toBe(204)
  expect((await api.call('GET', '/api/v1/grids')).body).toEqual({ items: [], next: null })
})

test('a bow-tie is no grid', async () => {
  const grid = square('140802001001009', 11_099, 3_502)
  const [ring] = grid.geometry.coordinates as [number[][]]
  const [a, b, c, d] = ring as [number[], number[], number[], number[]]
  const geometry = { type: 'Polygon', coordinates: [[a, c, b, d, a]] }
  const refused = await api.call('POST', '/api/v1/grids', { ...grid, geometry })
  expect(refused.body.errors).toMatchObject([{ code: 'ring-crossing', pointer: '#/geometry' }])
})

test('whatever the limit, paging through devices gives each one once and in order', async () => {
  const count = 57
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      api.registry.devices.create({
        id: `page-${index}`,
        kind: 'pipe-gauge',
        secret: 'a secret of twenty-two chars',
      }),
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 80 }), async (limit) => {
      const ids: string[] = []
      let next: string | null = ''
      while (next !== null) {
        const after: string = next === '' ? '' : `&after=${next}`
        const url = `/api/v1/devices?kind=pipe-gauge&limit=${limit}${after}`
        const { body } = await api.call('GET', url)
        ids.push(...body.items.map((device: { id: string }) => device.id))
        next = body.next
      }
      expect(ids).toHaveLength(count)
      expect(ids).toEqual([...new Set(ids)].sort())
    }),
    { numRuns: 12 },
  )
})

test('a parameter that does not fit is named', async () => {
  for (const [query, parameter] of [
    ['limit=0', 'limit'],
    ['limit=x', 'limit'],
    ['kind=kite', 'kind'],
    ['colour=red', 'colour'],
    ['bbox=1,2,3', 'bbox'],
  ]) {
    const { status, body } = await api.call('GET', `/api/v1/devices?${query}`)
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ parameter }])
  }
  expect((await api.call('GET', '/api/v1/devices?after=nonsense')).status).toBe(400)
})

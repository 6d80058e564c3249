import { request } from 'node:http'
import { json } from 'node:stream/consumers'
import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ImportReport } from '#model/import-report.ts'
import { square } from '#tests/registry/registry-fixture.ts'
import { openTestApi, type TestApi, TOKEN } from './api-fixture.ts'

let api: TestApi
let address: string
beforeAll(async () => {
  api = await openTestApi()
  address = await api.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => api.close())

const send = (what: string, file: string, type = 'text/csv') =>
  api.call('POST', `/api/v1/imports/${what}`, file, { 'content-type': type })

test('a CSV of devices is imported, with a secret for each new device', async () => {
  const file =
    'id,kind,label,enabled\r\nc-1,manhole-cover,"人民路, 东",true\r\nc-2,bin-sensor,,否\r\n'
  const { status, body } = await send('devices', file, 'text/csv; charset=utf-8')
  expect(status).toBe(200)
  expect(body).toMatchObject({ committed: true, accepted: 2, rejected: 0, rows: [] })
  expect(body.secrets.map(({ id }: { id: string }) => id)).toEqual(['c-1', 'c-2'])
  expect((await api.call('GET', '/api/v1/devices/c-2')).body).toMatchObject({ enabled: false })
})

test('attributes come in columns of their own, or as an object of a feature', async () => {
  const csv = 'id,kind,attr.medium,attr.dn_mm\ne-1,pipe-gauge,污水,300\n'
  expect((await send('devices', csv)).body).toMatchObject({ accepted: 1 })
  const properties = { id: 'e-1', kind: 'pipe-gauge', attributes: { dn_mm: 400, lined: true } }
  const features = [{ type: 'Feature', properties, geometry: null }]
  const collection = JSON.stringify({ type: 'FeatureCollection', features })
  expect((await send('devices', collection, 'application/geo+json')).status).toBe(200)
  const { body } = await api.call('GET', '/api/v1/devices/e-1')
  expect(body.attributes).toEqual({ medium: '污水', dn_mm: 400, lined: true })
})

test('a file with a bad row is a problem that carries the report, and nothing is kept', async () => {
  const file = 'id,kind,partId\nd-1,manhole-cover,\nd-2,kite,1\n'
  const { status, body, type } = await send('devices', file)
  expect(status).toBe(400)
  expect(type).toContain('application/problem+json')
  expect(body).toMatchObject({
    code: 'invalid-input',
    detail: 'nothing was imported: 1 of 2 rows are refused',
    committed: false,
    accepted: 1,
    rejected: 1,
    rows: [{ line: 3, id: 'd-2', reasons: [{ code: 'unknown-kind' }, { code: 'bad-value' }] }],
  })
  expect((await api.call('GET', '/api/v1/devices/d-1')).status).toBe(404)
  const partial = await send('devices?partial=true', file)
  expect(partial).toMatchObject({
    status: 200,
    body: { committed: true, accepted: 1, rejected: 1 },
  })
  expect((await api.call('GET', '/api/v1/devices/d-1')).status).toBe(200)
})

test('a file that is only checked is reported on, and nothing of it is kept', async () => {
  const file = 'id,kind\ny-1,manhole-cover\ny-2,kite\n'
  const report = { committed: false, accepted: 1, rejected: 1, secrets: [] }
  const { status, body } = await send('devices?dryRun=true&partial=true', file)
  expect([status, body]).toMatchObject([200, { ...report, rows: [{ line: 3 }] }])
  const good = await send('devices?dryRun=true', 'id,kind\ny-1,manhole-cover\n')
  expect(good.body).toMatchObject({ ...report, rejected: 0, rows: [] })
  expect((await api.call('GET', '/api/v1/devices/y-1')).status).toBe(404)
})

test('grids come as GeoJSON or as CSV with a geometry column, parts as points', async () => {
  const { geometry, ...properties } = square('140802001001001', 11_099, 3_502)
  const features = [{ type: 'Feature', properties, geometry }]
  const collection = JSON.stringify({ type: 'FeatureCollection', features }, null, 2)
  const grids = await send('grids', collection, 'application/geo+json')
  expect(grids.body).toMatchObject({ committed: true, accepted: 1 })

  const other = square('140802001001002', 11_100, 3_502)
  const row = { ...other, geometry: JSON.stringify(other.geometry) }
  const csv = await send('grids', stringify([row], { header: true }))
  expect(csv.body).toMatchObject({ committed: true, accepted: 1 })

  const point = { type: 'Point', coordinates: [111.005, 35.025] }
  const part = {
    type: 'Feature',
    id: 1408020102000001,
    properties: { name: '路灯' },
    geometry: point,
  }
  const parts = JSON.stringify({ type: 'FeatureCollection', features: [part] })
  expect((await send('parts', parts, 'application/geo+json')).body).toMatchObject({ accepted: 1 })
  const { body } = await api.call('GET', '/api/v1/parts/1408020102000001')
  expect(body).toMatchObject({ gridCode: '140802001001002' })
})

test.each([
  ['an unknown column', 'devices', 'id,kind,colour\n', 'text/csv', 400, "unknown column 'colour'"],
  ['nothing', 'devices', '', 'text/csv', 400, 'the file is empty'],
  ['an unknown charset', 'devices', 'id,kind\n', 'text/csv; charset=ebcdic', 415, 'charset ebcdic'],
  ['XML', 'devices', '<x/>', 'application/xml', 415, ''],
  ['no collection', 'grids', '{}', 'application/geo+json', 400, 'FeatureCollection'],
  [
    'too much',
    'devices',
    `id,kind\n${'x'.repeat(1_000_001)}`,
    'text/csv',
    413,
    'larger than 1000000 bytes',
  ],
])('an import of %s is refused', async (_name, what, file, type, status, sentence) => {
  const answer = await send(what, file, type)
  expect(answer.status).toBe(status)
  expect(answer.body.detail).toContain(sentence)
})

/** Sends a body piece by piece, as slowly as it is taken. */
function upload(pieces: Iterable<string>, headers: Record<string, string> = {}) {
  const url = new URL('/api/v1/imports/parts', address)
  const sending = request(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/csv', ...headers },
  })
  const answer = new Promise<{ status: number; body: ImportReport & { code?: string } }>(
    (resolve, reject) => {
      sending.on('error', reject)
      sending.on('response', (response) => {
        const status = response.statusCode ?? 0
        json(response).then((body) => resolve({ status, body: body as ImportReport }), reject)
      })
    },
  )
  void (async () => {
    for (const piece of pieces) {
      if (!sending.write(piece)) await new Promise((resolve) => sending.once('drain', resolve))
    }
    sending.end()
  })()
  return { sending, answer }
}

test('a file of many pieces without a length is taken as it comes', async () => {
  function* rows() {
    yield 'id,name\n'
    for (let index = 0; index < 5_000; index += 1) {
      yield `1408020103${String(index).padStart(6, '0')},第${index}盏路灯\n`
    }
  }
  const { status, body } = await upload(rows()).answer
  expect(status).toBe(200)
  expect(body).toMatchObject({ committed: true, accepted: 5_000 })
})

test('a file that grows past the limit is refused while it is still coming', async () => {
  function* endless() {
    yield 'id,name\n'
    for (let index = 0; index < 100_000; index += 1) yield `1408020104000001,${'灯'.repeat(50)}\n`
  }
  const { sending, answer } = upload(endless())
  expect(await answer).toMatchObject({ status: 413, body: { code: 'too-large' } })
  sending.destroy()
})

test('an upload that is cut off keeps nothing and harms nobody', async () => {
  const broken = request(new URL('/api/v1/imports/parts', address), {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/csv' },
  })
  broken.on('error', () => undefined)
  broken.write('id,name\n1408020106000001,路灯\n')
  const inTransaction = async (): Promise<number> => {
    const { rows } = await api.registry.pool.query<{ n: number }>(
      `select count(*) as n from pg_stat_activity
       where datname = current_database() and state like 'idle in transaction%'`,
    )
    return rows[0]?.n ?? 0
  }
  await expect.poll(inTransaction).toBe(1)
  broken.destroy()
  await expect.poll(inTransaction).toBe(0)
  expect((await api.call('GET', '/api/v1/parts/1408020106000001')).status).toBe(404)
})

test('whatever parts hold, they come back as they were imported', async () => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .map((value) => `<${value.replaceAll(/[\0\r\n]/g, ' ')}>`)
  const part = fc.record({
    id: fc
      .integer({ min: 0, max: 999_999 })
      .map((serial) => `1408020107${String(serial).padStart(6, '0')}`),
    name: text,
    address: text,
    state: fc.constantFrom('intact', 'missing'),
    lon_deg: fc.double({ min: 73, max: 135, noNaN: true }),
    lat_deg: fc.double({ min: 3, max: 53, noNaN: true }),
  })
  const files = fc.uniqueArray(part, { selector: ({ id }) => id, minLength: 1, maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(files, async (parts) => {
      const file = stringify(parts, { header: true, bom: true, record_delimiter: '\r\n' })
      expect((await send('parts', file)).body).toMatchObject({ accepted: parts.length })
      for (const { lon_deg, lat_deg, ...given } of parts) {
        const { body } = await api.call('GET', `/api/v1/parts/${given.id}`)
        expect(body).toMatchObject({ ...given, place: { lon_deg, lat_deg } })
      }
    }),
    { numRuns: 15 },
  )
})

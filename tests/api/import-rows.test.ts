import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bodyText } from '#api/import/body-text.ts'
import { csvRows } from '#api/import/csv-rows.ts'
import { geojsonRows } from '#api/import/geojson-rows.ts'
import type { ImportFormat, ImportRow } from '#api/import/import-format.ts'
import { NewDevice } from '#model/device.ts'
import { UnitGrid } from '#model/unit-grid.ts'

const devices: ImportFormat = { schema: NewDevice, id: 'id', geometry: 'place' }
const grids: ImportFormat = { schema: UnitGrid, id: 'code', geometry: 'shape' }
const options = { charset: undefined, limitBytes: 1_000_000, stallMs: 1_000 }

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

type Reader = typeof csvRows

async function read(
  reader: Reader,
  file: string | Uint8Array,
  format = devices,
  size = 7,
): Promise<ImportRow[]> {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file
  return Array.fromAsync(reader(bodyText(inPieces(bytes, size), options), format))
}

const collection = (...features: string[]): string =>
  `{"type":"FeatureCollection","features":[\n${features.join(',\n')}\n]}\n`

test('a CSV of a spreadsheet with BOM, CRLF, quotes and Chinese is read by line', async () => {
  const file =
    '\uFEFFid,kind,label,lon_deg,lat_deg,enabled\r\n' +
    'cover-1,manhole-cover,"人民路, ""东""\r\n口",110.99,35.02,是\r\n' +
    '\r\n' +
    ',,,,,\r\n' +
    ' cover-2 ,manhole-cover,,,,false\r\n'
  expect(await read(csvRows, file)).toEqual([
    {
      line: 2,
      value: {
        id: 'cover-1',
        kind: 'manhole-cover',
        label: '人民路, "东"\n口',
        lon_deg: 110.99,
        lat_deg: 35.02,
        enabled: true,
      },
      reasons: [],
    },
    { line: 6, value: { id: 'cover-2', kind: 'manhole-cover', enabled: false }, reasons: [] },
  ])
})

test('the line numbers do not depend on how lines end or where the pieces are cut', async () => {
  for (const end of ['\n', '\r\n', '\r']) {
    for (const size of [1, 2, 3, 1_000]) {
      const file = ['id,kind', 'a,x', '"b', 'c",y', '', 'd,z'].join(end)
      const rows = await read(csvRows, file, devices, size)
      expect(rows.map((row) => [row.line, row.value.id])).toEqual([
        [2, 'a'],
        [3, 'b\nc'],
        [6, 'd'],
      ])
    }
  }
})

test('a cell of the wrong type stays as it is for the check of the row', async () => {
  const [row] = await read(csvRows, 'id,kind,lon_deg,enabled\na,b,0x10,maybe\n')
  expect(row?.value).toEqual({ id: 'a', kind: 'b', lon_deg: '0x10', enabled: 'maybe' })
})

test('columns of attributes are read by what they look like', async () => {
  const file =
    'id,attr.medium,attr.dn_mm,attr.lined,attr.code,kind,attr.iccid\n' +
    'a,污水,300,TRUE,0102,b,89860012345678901234\n' +
    'c,,-2.5e1,false,+86,d,\n' +
    'e,,,,,f,\n'
  expect((await read(csvRows, file)).map(({ value }) => value)).toEqual([
    {
      id: 'a',
      kind: 'b',
      attributes: {
        medium: '污水',
        dn_mm: 300,
        lined: true,
        code: '0102',
        iccid: '89860012345678901234',
      },
    },
    { id: 'c', kind: 'd', attributes: { dn_mm: -25, lined: false, code: '+86' } },
    { id: 'e', kind: 'f' },
  ])
})

test('a row with too few or too many fields says so', async () => {
  const rows = await read(csvRows, 'id,kind\na\nb,c,d\n')
  expect(rows.map((row) => row.reasons[0]?.code)).toEqual(['columns', 'columns'])
})

test.each([
  ['', 'empty'],
  ['\n\n', 'empty'],
  ['id,kind,colour\n', "unknown column 'colour'"],
  ['id,id,kind\n', "column 'id' twice"],
  ['id\n', "no column 'kind'"],
  ['id,kind,attributes\n', "unknown column 'attributes'"],
  ['id,kind,attr.Medium\n', "'attr.Medium' names no attribute"],
  ['id,kind,attr.a,attr.a\n', "column 'attr.a' twice"],
  ['id,kind\n"a,b\n', 'not CSV'],
  ['id,kind\n"a"b,c\n', 'line 2'],
])('the CSV %j is refused as a whole', async (file, sentence) => {
  await expect(read(csvRows, file)).rejects.toThrow(sentence)
})

test('a GB18030 file is read when it says so and explained when it does not', async () => {
  const bytes = Buffer.concat([Buffer.from('id,kind,label\na,b,'), Buffer.from('beaeb8c7', 'hex')])
  const text = bodyText(inPieces(bytes, 5), { ...options, charset: 'gbk' })
  const [row] = await Array.fromAsync(csvRows(text, devices))
  expect(row?.value.label).toBe('井盖')
  await expect(read(csvRows, bytes)).rejects.toThrow('gb18030')
})

test('a file past the limit, of an unknown charset or from a silent sender is refused', async () => {
  const bytes = new TextEncoder().encode('id,kind\n')
  const drain = (body: AsyncIterable<Uint8Array>, change: object) =>
    Array.fromAsync(bodyText(body, { ...options, ...change }))
  await expect(drain(inPieces(bytes, 3), { limitBytes: 7 })).rejects.toMatchObject({
    code: 'too-large',
  })
  await expect(drain(inPieces(bytes, 3), { charset: 'ebcdic' })).rejects.toMatchObject({
    code: 'unsupported-media',
  })
  const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
  await expect(drain(silent, { stallMs: 10 })).rejects.toThrow('nothing of the file came')
})

test('whatever text devices hold, a CSV of them reads back as the same', async () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 }).map((value) => `<${value}>`)
  const device = fc.record({
    id: text,
    kind: text,
    label: text,
    lon_deg: fc.double({ noNaN: true, noDefaultInfinity: true }),
    enabled: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(device, { minLength: 1, maxLength: 8 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom('\n' as const, '\r\n' as const),
      async (given, size, end) => {
        const file = stringify(given, {
          header: true,
          record_delimiter: end,
          bom: true,
          cast: { boolean: String },
        })
        const rows = await read(csvRows, file, devices, size)
        const plain = (value: string) => value.replaceAll(/\r\n?/g, '\n')
        expect(rows.map((row) => row.value)).toEqual(
          given.map((row) => ({
            ...row,
            id: plain(row.id),
            kind: plain(row.kind),
            label: plain(row.label),
            lon_deg: row.lon_deg === 0 ? 0 : row.lon_deg,
          })),
        )
      },
    ),
    { numRuns: 100 },
  )
})

test('features are read with their lines, geometry and id, however the file is cut', async () => {
  const file =
    '{\n  "name": "x [{\\"features\\": [",\n  "type": "FeatureCollection",\n  "features" : [\n' +
    '    {"type":"Feature","id":"a","properties":{"kind":"bin-sensor","label":null},\n' +
    '     "geometry":{"type":"Point","coordinates":[110.5,35.5,7]}},\n' +
    '    {"type":"Feature","properties":{"id":"b","label":"}]\\"\\\\"},"geometry":null}\n' +
    '  ],\n  "bbox": [1, 2, 3, 4]\n}\n'
  for (const size of [1, 2, 5, 10_000]) {
    expect(await read(geojsonRows, file, devices, size)).toEqual([
      {
        line: 5,
        value: { id: 'a', kind: 'bin-sensor', lon_deg: 110.5, lat_deg: 35.5 },
        reasons: [],
      },
      { line: 7, value: { id: 'b', label: '}]"\\' }, reasons: [] },
    ])
  }
})

test('attributes of a feature are an object, in which null counts as absent', async () => {
  const properties = { id: 'a', attributes: { medium: 'sewer', dn_mm: 300, lined: null } }
  const file = collection(JSON.stringify({ type: 'Feature', properties, geometry: null }))
  expect(await read(geojsonRows, file)).toMatchObject([
    { value: { id: 'a', attributes: { medium: 'sewer', dn_mm: 300 } } },
  ])
})

test('a unit grid has no attributes', async () => {
  const header = 'code,district,street,community,geometry,attr.a\n'
  await expect(read(csvRows, header, grids)).rejects.toThrow("unknown column 'attr.a'")
})

test('a polygon stays GeoJSON', async () => {
  const geometry = { type: 'Polygon', coordinates: [[[1, 2]]] }
  const file = collection(JSON.stringify({ type: 'Feature', properties: {}, geometry }))
  expect(await read(geojsonRows, file, grids)).toMatchObject([{ line: 2, value: { geometry } }])
})

test.each([
  ['{"type":"Feature","properties":[],"geometry":null}', 'not-feature'],
  ['{"type":"Point","coordinates":[1,2]}', 'not-feature'],
  ['{"type":"Feature","properties":{},"geometry":{"type":"LineString"}}', 'not-feature'],
  ['{"type":"Feature" "properties":{}}', 'not-json'],
  [`{"type":"Feature","properties":{"x":"${'x'.repeat(9_000_000)}"}}`, 'row-too-large'],
])('a bad feature is one bad row and no more', async (feature, code) => {
  const good = '{"type":"Feature","properties":{"id":"a"},"geometry":null}'
  const body = inPieces(new TextEncoder().encode(collection(good, feature, good)), 65_536)
  const text = bodyText(body, { ...options, limitBytes: 20_000_000 })
  const rows = await Array.fromAsync(geojsonRows(text, devices))
  expect(rows.map((row) => row.reasons[0]?.code)).toEqual([undefined, code, undefined])
})

test.each([
  ['', 'not JSON'],
  ['[]', 'not a GeoJSON FeatureCollection'],
  ['{"type":"Feature"}', 'not a GeoJSON FeatureCollection'],
  ['{"type":"FeatureCollection","features":{}}', 'not a GeoJSON FeatureCollection'],
  ['{"type":"FeatureCollection","features":[', 'breaks off at line 1'],
  ['{"type":"FeatureCollection","features":[]', 'not JSON'],
  ['{"type":"FeatureCollection","features":[1]}', 'line 1: every item'],
  ['{"type":"FeatureCollection","features":[\n{},]}', 'line 2: a comma'],
  ['{"type":"FeatureCollection","features":[{}\n\n{}]}', 'line 3: a comma is missing'],
  ['{"type":"FeatureCollection","features":[,{}]}', 'line 1: a comma'],
  [
    '{"type":"FeatureCollection","features":[],"crs":{"properties":{"name":"EPSG:3857"}}}',
    'EPSG:3857',
  ],
])('the GeoJSON %j is refused as a whole', async (file, sentence) => {
  await expect(read(geojsonRows, file)).rejects.toThrow(sentence)
})

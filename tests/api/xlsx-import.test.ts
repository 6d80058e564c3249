import { strFromU8, strToU8, unzipSync, type Zippable, zipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import writeXlsxFile from 'write-excel-file/node'
import { XLSX_TYPE } from '#api/import/xlsx-rows.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

const send = (file: Uint8Array, query = '') =>
  api.call('POST', `/api/v1/imports/devices${query}`, Buffer.from(file), {
    'content-type': XLSX_TYPE,
  })

const PART = 'xl/worksheets/sheet1.xml'
const cell = (at: string, text: string): string =>
  `<c r="${at}" t="inlineStr"><is><t>${text}</t></is></c>`
const sheet = (rows: string): Uint8Array =>
  strToU8(`<worksheet><sheetData><row r="1">${cell('A1', 'id')}${cell('B1', 'kind')}
${cell('C1', 'lon_deg')}${cell('D1', 'lat_deg')}${cell('E1', 'partId')}</row>${rows}</sheetData></worksheet>`)
/** The least that names a sheet, and files beside it. */
const BOOK: Zippable = {
  'xl/workbook.xml': strToU8('<workbook><sheets><sheet name="a" r:id="r1"/></sheets></workbook>'),
  'xl/_rels/workbook.xml.rels': strToU8(
    '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
  ),
}
const archiveOf = (files: Zippable) => zipSync({ ...BOOK, ...files })
const bookOf = (rows: string) => archiveOf({ [PART]: sheet(rows) })

test('a workbook as spreadsheets write it is imported, with a row left empty and texts by number', async () => {
  const file = await writeXlsxFile([
    [
      { value: 'id' },
      { value: 'kind' },
      { value: 'label' },
      { value: 'lon_deg' },
      { value: 'lat_deg' },
      { value: 'enabled' },
    ],
    [],
    [
      { value: 'x-1' },
      { value: 'manhole-cover' },
      { value: '人民路 & 东街' },
      { type: Number, value: 111.003 },
      { type: Number, value: 35.1 + 0.2 },
      { type: Boolean, value: false },
    ],
    [{ value: 'x-2' }, { value: 'kite' }],
  ]).toBuffer()
  const { status, body } = await send(file, '?partial=true')
  expect(status).toBe(200)
  expect(body).toMatchObject({ committed: true, accepted: 1, rejected: 1 })
  // By the number that the sheet itself shows beside the row.
  expect(body.rows).toMatchObject([{ line: 4, id: 'x-2', reasons: [{ code: 'unknown-kind' }] }])
  expect((await api.call('GET', '/api/v1/devices/x-1')).body).toMatchObject({
    label: '人民路 & 东街',
    place: { lon_deg: 111.003, lat_deg: 35.3 },
    enabled: false,
  })
})

/** Two sheets as they are written, with the list of them changed as spreadsheets do. */
async function bookWith(change: (sheets: string, first: string, second: string) => string) {
  const header = [{ value: 'id' }, { value: 'kind' }]
  const written = await writeXlsxFile([
    { data: [header, [{ value: 'tab-1' }, { value: 'kite' }]], sheet: '其一' },
    { data: [header, [{ value: 'tab-2' }, { value: 'kite' }]], sheet: '其二' },
  ]).toBuffer()
  const files = unzipSync(written)
  const book = strFromU8(files['xl/workbook.xml'] ?? new Uint8Array())
  const [first = '', second = ''] = book.match(/<sheet [^>]*>/g) ?? []
  return zipSync({ ...files, 'xl/workbook.xml': strToU8(change(book, first, second)) })
}

test('the sheet that stands first among the tabs is read, whatever its file is called', async () => {
  const asWritten = await bookWith((book) => book)
  const moved = await bookWith((book, first, second) =>
    book.replace(first, '<moved/>').replace(second, first).replace('<moved/>', second),
  )
  const hidden = await bookWith((book, first) =>
    book.replace(first, first.replace('<sheet ', '<sheet state="hidden" ')),
  )
  const read = []
  for (const file of [asWritten, moved, hidden]) {
    const { body } = await send(file, '?dryRun=true')
    read.push(body.rows.map(({ id }: { id: string }) => id))
  }
  expect(read).toEqual([['tab-1'], ['tab-2'], ['tab-2']])
})

test('formulas, errors and numbers that lost their end are refused by row and column', async () => {
  const rows = `
<row r="2">${cell('A2', 'y-1')}<c r="B2" t="str"><f>A1</f><v>manhole-cover</v></c></row>
<row r="7">${cell('A7', 'y-2')}${cell('B7', 'manhole-cover')}<c r="C7" t="e"><v>#REF!</v></c><c r="D7"><v>35</v></c></row>
<row r="9">${cell('A9', 'y-3')}${cell('B9', 'manhole-cover')}<c r="E9"><v>1.408020102000042E15</v></c></row>
<row r="11">${cell('A11', 'y-4')}${cell('B11', 'manhole-cover')}</row>`
  const { body } = await send(bookOf(rows), '?dryRun=true')
  expect(body).toMatchObject({ committed: false, accepted: 1, rejected: 3 })
  const told = body.rows.map(
    ({ line, reasons }: { line: number; reasons: { code: string; field?: string }[] }) => [
      line,
      reasons[0]?.code,
      reasons[0]?.field,
    ],
  )
  expect(told).toEqual([
    [2, 'bad-value', 'kind'],
    [7, 'bad-value', 'lon_deg'],
    [9, 'spreadsheet-number', 'partId'],
  ])
})

test.each([
  ['text', strToU8('id,kind\nz-1,manhole-cover\n')],
  ['an archive of something else', zipSync({ 'readme.txt': strToU8('hello') })],
  ['a workbook without a list of sheets', zipSync({ [PART]: sheet('') })],
  ['a workbook whose sheet is not in it', zipSync(BOOK)],
  ['half a workbook', bookOf('<row r="2"></row>').slice(0, 120)],
  ['broken XML', archiveOf({ [PART]: strToU8('<worksheet><row></worksheet>') })],
  ['a document type', archiveOf({ [PART]: strToU8('<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>') })],
  ['a text that is not there', bookOf('<row r="2"><c r="A2" t="s"><v>7</v></c></row>')],
  ['no row at all', archiveOf({ [PART]: strToU8('<worksheet/>') })],
])('%s is refused as a whole', async (_, file) => {
  const { status, body } = await send(file)
  expect(status).toBe(400)
  expect(body.code).toBe('invalid-input')
})

test('what is small and unpacks to a thousand times as much is given up on the way', async () => {
  const blank = new Uint8Array(40_000_000).fill(32)
  blank.set(strToU8('<worksheet><sheetData>'))
  const bomb = archiveOf({ [PART]: [blank, { level: 6 }] })
  expect(bomb.byteLength).toBeLessThan(100_000)
  const { status, body } = await send(bomb)
  expect(body.detail).toMatch(/more than 150 times its size/)
  expect(status).toBe(413)
})

test('more rows, columns or files than anybody means are refused', async () => {
  const many = archiveOf({ [PART]: sheet('<row/>'.repeat(200_001)) })
  expect((await send(many)).body.detail).toMatch(/more than 200000 rows/)
  const wide = bookOf('<row r="2"><c r="ZZZ2"><v>1</v></c></row>')
  expect((await send(wide)).body.detail).toMatch(/more than 512 columns/)
  const files = Object.fromEntries(
    Array.from({ length: 1_001 }, (__, index) => [`a${index}`, new Uint8Array()]),
  )
  expect((await send(zipSync(files))).body.detail).toMatch(/more than 1000 files/)
})

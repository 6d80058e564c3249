import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type CalendarApi, openCalendarApi } from './calendar-fixture.ts'

let city: CalendarApi
beforeAll(async () => {
  city = await openCalendarApi()
})
afterAll(() => city.close())
beforeEach(() => city.reset())

const SPRING = 'date,type,name\n2027-02-06,holiday,春节\n2027/2/7,休,春节\n2027-2-14,班,春节\n'

test('a CSV declares the holidays of a year, and makes it a known one', async () => {
  const { status, body } = await city.send(SPRING, '?knownUntil=2027')
  expect(status).toBe(200)
  expect(body).toEqual({
    committed: true,
    accepted: 3,
    rejected: 0,
    rows: [
      { line: 2, date: '2027-02-06', outcome: 'added', reasons: [] },
      { line: 3, date: '2027-02-07', outcome: 'added', reasons: [] },
      { line: 4, date: '2027-02-14', outcome: 'added', reasons: [] },
    ],
    removed: [],
  })
  expect(await city.daysOf(2027)).toMatchObject([
    { date: '2027-02-06', type: 'holiday', source: 'city' },
    { date: '2027-02-07', type: 'holiday' },
    { date: '2027-02-14', type: 'make-up' },
  ])
  expect((await city.show()).missingYears).toEqual([])
})

test('a dry run tells what would be done and keeps nothing', async () => {
  await city.put('2027-02-06', 'holiday', '春节')
  await city.put('2027-02-07', 'make-up', '?')
  await city.put('2027-05-01', 'holiday', '劳动节')
  const before = await city.daysOf(2027)
  const { status, body } = await city.send(SPRING, '?dryRun=true&replace=true&knownUntil=2027')
  expect(status).toBe(200)
  expect(body).toMatchObject({ committed: false, accepted: 3, removed: ['2027-05-01'] })
  expect(body.rows.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
    'same',
    'changed',
    'added',
  ])
  expect(await city.daysOf(2027)).toEqual(before)
  expect((await city.show()).missingYears).toEqual([2027])
})

test('a corrected file takes back what the one before it declared of its years', async () => {
  await city.put('2026-12-24', 'holiday', '市庆日')
  await city.send(SPRING)
  const corrected = 'date,type,name\n2027-02-05,holiday,春节\n2027-02-06,holiday,春节\n'
  expect((await city.send(corrected, '?replace=true')).body).toMatchObject({
    committed: true,
    removed: ['2027-02-07', '2027-02-14'],
  })
  expect((await city.daysOf(2027)).map(({ date }) => date)).toEqual(['2027-02-05', '2027-02-06'])
  expect(await city.dayOf('2026-12-24')).toBeDefined()
})

test('JSON is an array of days', async () => {
  const days = [{ date: '2027-01-01', type: 'holiday', name: '元旦' }]
  const { body } = await city.send(JSON.stringify(days), '', 'application/json')
  expect(body).toMatchObject({ committed: true, rows: [{ line: 1, outcome: 'added' }] })
  expect(await city.daysOf(2027)).toMatchObject([{ date: '2027-01-01', name: { zh: '元旦' } }])
})

test('a file with bad rows tells each reason, and nothing is kept', async () => {
  const file =
    'date,type,name\n2027-01-01,holiday,元旦\n2027-02-30,holiday,春节\n' +
    '2027-01-01,make-up,元旦\n2027-03-01,feast,\n03/01/2027,holiday,x\n'
  const { status, type, body } = await city.send(file)
  expect(status).toBe(400)
  expect(type).toContain('application/problem+json')
  expect(body).toMatchObject({
    code: 'invalid-input',
    detail: 'nothing was imported: 4 of 5 rows are refused',
    committed: false,
    accepted: 1,
    rejected: 4,
    rows: [
      { line: 2, outcome: 'added', reasons: [] },
      {
        line: 3,
        outcome: 'refused',
        reasons: [
          { code: 'bad-value', field: 'date', detail: '2027-02-30 is no day of a calendar' },
        ],
      },
      {
        line: 4,
        reasons: [{ code: 'duplicate', detail: '2027-01-01 stands on line 2 already' }],
      },
      {
        line: 5,
        date: '2027-03-01',
        reasons: [
          { code: 'missing', field: 'name' },
          { code: 'bad-value', field: 'type' },
        ],
      },
      { line: 6, reasons: [{ code: 'bad-value', field: 'date' }] },
    ],
  })
  expect(await city.daysOf(2027)).toEqual([])
  // As a dry run it is no failure to be told so.
  expect(await city.send(file, '?dryRun=true')).toMatchObject({
    status: 200,
    body: { committed: false, rejected: 4 },
  })
})

test.each([
  ['date,kind\n2027-01-01,holiday\n', 'text/csv', 400, "unknown column 'kind'"],
  ['{"days":[]}', 'application/json', 400, 'the file is not a JSON array of objects'],
  ['[1]', 'application/json', 400, 'nothing was imported: 1 of 1 rows are refused'],
  ['[', 'application/json', 400, 'the file is not JSON'],
  ['<days/>', 'application/xml', 415, ''],
])('%j of %s is answered with %d', async (file, type, status, detail) => {
  const answer = await city.send(file, '', type)
  expect(answer).toMatchObject({ status, body: { detail: expect.stringContaining(detail) } })
  expect(await city.daysOf(2027)).toEqual([])
})

test('a file with more days than a calendar has is refused', async () => {
  const rows = Array.from({ length: 2_001 }, () => '2027-01-01,holiday,x')
  const answer = await city.send(['date,type,name', ...rows].join('\n'))
  expect(answer).toMatchObject({ status: 413, body: { code: 'too-large' } })
})

test('a spreadsheet in GB18030 is read when it says so', async () => {
  const bytes = Buffer.concat([
    Buffer.from('date,type,name\n2027-01-01,'),
    Buffer.from([0xd0, 0xdd]),
    Buffer.from(','),
    Buffer.from([0xd4, 0xaa, 0xb5, 0xa9]),
    Buffer.from('\n'),
  ])
  const type = 'text/csv; charset=gb18030'
  expect((await city.send(bytes, '', type)).status).toBe(200)
  expect(await city.daysOf(2027)).toMatchObject([{ type: 'holiday', name: { zh: '元旦' } }])
})

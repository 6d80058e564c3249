import { afterAll, beforeAll, expect, test } from 'vitest'
import { addAccount } from '#tests/people/accounts.ts'
import { csvOf, type ExchangeApi, openExchangeApi, rowOf } from './exchange-fixture.ts'

let api: ExchangeApi
beforeAll(async () => {
  api = await openExchangeApi()
})
afterAll(() => api.close())

test('one wrong row keeps no other from being taken', async () => {
  const wrong: Record<string, Parameters<typeof rowOf>[0]> = {
    missing: { 上报时间: '' },
    'unknown-name': { 问题来源: '鸽子' },
    'unknown-class': { 小类: '飞碟' },
    'unknown-department': { 处置部门: '消防队' },
    'bad-value': { 受理时间: '昨天' },
    'place-swapped': { X坐标: 35.022, Y坐标: 111.006 },
    'place-projected': { X坐标: 450_000, Y坐标: 3_875_000 },
    'place-incomplete': { X坐标: '' },
    'time-future': { 派遣时间: '2027-01-01 00:00:00' },
    'spreadsheet-number': { 部件编码: '1.40802E+15' },
    'text-not-storable': { 问题描述: 'a\0b' },
  }
  const rows = Object.entries(wrong).flatMap(([code, more]) => [
    rowOf({ 部件编码: '', 任务号: `bad ${code}`.replace(' ', '-'), ...more }),
    rowOf({ 部件编码: '', 任务号: `good-${code}` }),
  ])
  const { body } = await api.take(csvOf(...rows))
  expect(body).toMatchObject({ opened: rows.length / 2, rejected: rows.length / 2 })
  expect(
    body.rows.map(({ id, reasons }: { id: string; reasons: { code: string }[] }) => [
      id,
      reasons[0]?.code,
    ]),
  ).toEqual(Object.keys(wrong).map((code) => [`bad-${code}`, code]))
  expect(body.rows[0]).toEqual({
    line: 2,
    id: 'bad-missing',
    reasons: [{ code: 'missing', field: 'reportedAt', detail: '上报时间 is missing' }],
  })
})

test('a number stands once in a file', async () => {
  const { body } = await api.take(
    csvOf(rowOf({ 任务号: 'twice' }), rowOf({ 任务号: 'once' }), rowOf({ 任务号: 'twice' })),
  )
  expect(body).toMatchObject({
    opened: 2,
    rows: [
      {
        line: 4,
        id: 'twice',
        reasons: [{ code: 'duplicate', detail: 'twice stands on line 2 already' }],
      },
    ],
  })
})

test('JSON lines, a spreadsheet from China and shifted coordinates are read as they come', async () => {
  const lines = [
    {
      taskNumber: 'line-1',
      kind: 'event',
      reportedAt: '2026-11-20T09:12:00+08:00',
      lateDuties: ['handle'],
    },
    { taskNumber: 'line-2', kind: 'event' },
    'no object',
  ].map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
  const json = await api.take(lines.join('\n'), { type: 'application/x-ndjson' })
  expect(json.body).toMatchObject({
    opened: 1,
    rows: [
      { line: 2, id: 'line-2', reasons: [{ code: 'missing', field: 'reportedAt' }] },
      { line: 3, id: null, reasons: [{ code: 'not-json' }] },
    ],
  })
  expect(await api.caseOf('line-1')).toMatchObject({ state: 'reported', lateDuties: ['handle'] })

  // 任务号,案件类别,上报时间 / gb-1,事件,2026-11-20 09:12:00
  const gbk = Buffer.concat([
    Buffer.from('c8cecef1bac52cb0b8bcfec0e0b1f02cc9cfb1a8cab1bce40a', 'hex'),
    Buffer.from('gb-1,'),
    Buffer.from('cac2bcfe', 'hex'),
    Buffer.from(',2026-11-20 09:12:00\n'),
  ])
  const read = await api.take(gbk, { type: 'text/csv; charset=gb18030' })
  expect(read.body).toMatchObject({ opened: 1, rejected: 0 })

  const query = 'system=old-platform&coordinates=gcj02'
  await api.take(csvOf(rowOf({ 任务号: 'gcj-1' })), { query })
  const { place } = await api.caseOf('gcj-1')
  expect(place.lon_deg).toBeCloseTo(111.0, 1)
  expect(Math.abs(place.lon_deg - 111.006)).toBeGreaterThan(0.002)
})

test.each([
  ['a header without its columns', '任务号,案件类别\n1,部件\n', 'no column 上报时间'],
  ['a column twice', '任务号,案件编号,案件类别,上报时间\n', '案件编号 names a column'],
  ['an empty file', '', 'the file is empty'],
])('%s is refused in one clear sentence', async (_name, file, sentence) => {
  const { status, body } = await api.take(file)
  expect(status).toBe(400)
  expect(body.detail).toContain(sentence)
})

test('what was taken before a file breaks off is kept, and said', async () => {
  const rows = Array.from({ length: 201 }, (_, index) => rowOf({ 任务号: `broken-${index}` }))
  const { status, body } = await api.take(`${csvOf(...rows)}"no end`)
  expect(status).toBe(400)
  expect(body).toMatchObject({ code: 'invalid-input', opened: 200, rejected: 0 })
  expect(await api.caseOf('broken-199')).toMatchObject({ state: 'handling' })
})

test('an integration hands over the cases of its own system, within its area', async () => {
  const program = await addAccount(api.people, ['integration'], { areas: ['140802001'] })
  const { headers } = program
  const file = csvOf(rowOf({ 任务号: 'mine-1', 单元网格: '140802001001001', 来源系统: '' }))
  expect(await api.take(file, { query: '', headers })).toMatchObject({ status: 403 })

  const url = `/api/v1/integrations/${program.id}`
  const fields = { source: 'outside', system: 'its-own', readsAll: false }
  expect(await api.call('PUT', url, fields)).toMatchObject({ status: 200, body: fields })
  expect((await api.take(file, { query: '', headers })).body).toMatchObject({ opened: 1 })
  expect(await api.caseOf('mine-1')).toMatchObject({ outsideSystem: 'its-own' })
  expect(await api.take(file, { query: 'system=other', headers })).toMatchObject({ status: 403 })

  const others = csvOf(
    rowOf({ 任务号: 'mine-2', 单元网格: '140802002001001', 来源系统: '' }),
    rowOf({ 任务号: 'mine-3', 单元网格: '140802001001001', 来源系统: 'other' }),
  )
  const { body } = await api.take(others, { query: '', headers })
  expect(body.rows.map(({ reasons }: { reasons: { code: string }[] }) => reasons[0]?.code)).toEqual(
    ['beyond-scope', 'other-system'],
  )
  // A row that would move a case of elsewhere into the area is refused all the same.
  await api.take(csvOf(rowOf({ 任务号: 'away-1', 单元网格: '140802002001001' })), {
    query: 'system=its-own',
  })
  const moved = csvOf(rowOf({ 任务号: 'away-1', 单元网格: '140802001001001' }))
  expect((await api.take(moved, { query: '', headers })).body).toMatchObject({
    rejected: 1,
    rows: [{ reasons: [{ code: 'beyond-scope' }] }],
  })
})

test('nobody else hands cases over or states what an integration may', async () => {
  for (const role of ['acceptor', 'inspector', 'duty-officer'] as const) {
    const { headers, id } = await addAccount(api.people, [role])
    expect(await api.take(csvOf(rowOf()), { headers })).toMatchObject({ status: 403 })
    const list = await api.call('GET', '/api/v1/integrations', undefined, headers)
    expect(list.status).toBe(403)
    const fields = { source: 'outside', system: null, readsAll: true }
    const put = await api.call('PUT', `/api/v1/integrations/${id}`, fields)
    expect(put).toMatchObject({ status: 409 })
  }
  const program = await addAccount(api.people, ['integration'])
  expect(await api.write('format=csv', program.headers)).toMatchObject({ status: 403 })
})

import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readWorkbook } from '#tests/support/read-workbook.ts'
import { readZip } from '#tests/support/read-zip.ts'
import type { TestApi } from './api-fixture.ts'
import { OCTOBER, openEvaluatedCity } from './evaluated-city.ts'

let city: Awaited<ReturnType<typeof openEvaluatedCity>>
let api: TestApi
beforeAll(async () => {
  city = await openEvaluatedCity()
  api = city.api
})
afterAll(() => api.close())

const get: typeof city.get = (what, headers) => city.get(what, headers)

describe('a file', () => {
  const header = ['编码', '名称', '上报数', '设备上报数', '公众举报数', '有效上报数']

  test('of commas has Chinese headers, rates in per cent and nothing where there is no value', async () => {
    const answer = await get(`area?${OCTOBER}`, { accept: 'text/csv' })
    expect(answer.type).toBe('text/csv; charset=utf-8')
    expect(answer.headers['content-disposition']).toBe(
      'attachment; filename="evaluation-area-2026-10-01.csv"',
    )
    const rows = parse(answer.text, { bom: true, columns: true }) as Record<string, string>[]
    expect(Object.keys(rows[0] ?? {}).slice(0, 6)).toEqual(header)
    expect(rows.map((row) => [row['编码'], row['名称'], row['上报数'], row['处置率(%)']])).toEqual([
      ['140802', '盐湖区', '2', '100'],
      ['140826', '永济市', '2', '100'],
      ['合计', '', '4', '100'],
    ])
    expect(rows[0]?.['按时派遣率(%)']).toBe('')
  })

  test('of commas begins no cell with what a spreadsheet would run', async () => {
    const { text } = await get(`department?${OCTOBER}&format=csv`)
    expect(text).toContain(`roads,'=市政处,`)
  })

  test('of sheets holds texts and numbers, and no formula', async () => {
    const { rawPayload } = await api.app.inject({
      url: `/api/v1/evaluation/department?${OCTOBER}&format=xlsx`,
      headers: { authorization: `Bearer ${api.options.token}` },
    })
    const sheets = [...readZip(rawPayload)].filter(([name]) =>
      /\/worksheets\/sheet\d+\.xml$/.test(name),
    )
    expect(sheets).toHaveLength(3)
    for (const [name, xml] of sheets) expect(xml, name).not.toMatch(/<f[ >/]/)
    expect(readWorkbook(rawPayload).get('评价结果')?.flat()).toContain('=市政处')
  })

  test('of sheets has the same result, what it means, and of when it is', async () => {
    const url = `/api/v1/evaluation/area?${OCTOBER}&format=xlsx`
    const { headers, rawPayload } = await api.app.inject({
      url,
      headers: { authorization: `Bearer ${api.options.token}` },
    })
    expect(headers['content-type']).toContain('spreadsheetml')
    const sheets = readWorkbook(rawPayload)
    expect([...sheets.keys()]).toEqual(['评价结果', '指标定义', '统计周期'])
    const { text } = await get(`area?${OCTOBER}&format=csv`)
    const cells = parse(text, { bom: true })
    const result = sheets.get('评价结果') ?? []
    expect(result.map((row) => row.map((cell) => String(cell ?? '')))).toEqual(
      cells.map((row, index) => row.slice(0, result[index]?.length)),
    )
    expect(result[1]?.slice(0, 3)).toEqual(['140802', '盐湖区', 2])
    const meanings = new Map(sheets.get('指标定义')?.map((row) => [row[2], row[3]]))
    expect(meanings.get('filedRightly')).toBe('(立案数 − 作废数) ÷ 立案数')
    expect(meanings.get('due')).toContain('处置截止时间在期内')
    const period = new Map(sheets.get('统计周期')?.map((row) => [row[0], row[1]]))
    expect(period.get('起始时间')).toBe('2026-10-01 00:00:00')
    expect(period.get('截止时间（不含）')).toBe('2026-11-01 00:00:00')
    expect(period.get('数据范围')).toBe('全市')
  })
})

import { epochMs } from '#model/time.ts'
import { openTestApi } from '#tests/api/api-fixture.ts'
import { movingClock } from '#tests/people/moving-clock.ts'

/** Ten in the morning in Yuncheng, some days after what the rows tell. */
export const NOW = epochMs(Date.parse('2026-11-25T10:00:00+08:00'))

type Row = Readonly<Record<string, string | number | boolean | null>>

/** A row of a file of another platform, as one would write it. */
export const rowOf = (more: Row = {}): Row => ({
  任务号: 'CG-1',
  问题来源: '12345热线',
  案件类别: '部件',
  大类: '公用设施',
  小类: '雨水井盖',
  立案条件: '缺失、移位或开裂且有隐患',
  问题描述: '井盖移位，车辆绕行',
  地址描述: '河东东街与红旗西街路口，"井盖"旁',
  X坐标: 111.006,
  Y坐标: 35.022,
  上报时间: '2026-11-20 09:12:00',
  上报人: '张三',
  受理时间: '2026/11/20 09:20',
  受理人: '李四',
  立案时间: '2026-11-20 09:30:00',
  派遣时间: '2026-11-20 10:00:00',
  处置部门: '供水公司',
  处置开始时间: '2026-11-20 10:15:00',
  处置截止时间: '2026-11-20 12:30:00',
  阶段编号: 4,
  是否返工: '是',
  是否紧急: '是',
  ...more,
})

const cell = (value: Row[string]): string => `"${String(value ?? '').replaceAll('"', '""')}"`

/** A file with the columns of its first row. */
export function csvOf(...rows: readonly Row[]): string {
  const titles = Object.keys(rows[0] ?? {})
  const lines = rows.map((row) => titles.map((title) => cell(row[title] ?? null)).join(','))
  return `${[titles.join(','), ...lines].join('\r\n')}\r\n`
}

export interface TakeOptions {
  readonly query?: string
  readonly type?: string
  readonly headers?: Record<string, string>
}

/** The API at a moment that the tests move, with what they do over and over. */
export async function openExchangeApi() {
  const clock = movingClock(NOW)
  const api = await openTestApi({}, { clock })
  const one = async (taskNumber: string) => {
    const list = await api.call(
      'GET',
      `/api/v1/cases?outsideNumber=${encodeURIComponent(taskNumber)}`,
    )
    const [found] = list.body.items
    if (!found) return undefined
    return (await api.call('GET', `/api/v1/cases/${found.id}`)).body
  }
  return {
    ...api,
    clock,
    /** Hands a file over and answers what became of it. */
    async take(file: string | Buffer, options: TakeOptions = {}) {
      const { query = 'system=old-platform', type = 'text/csv', headers } = options
      return await api.call('POST', `/api/v1/cases/import?${query}`, file, {
        'content-type': type,
        ...headers,
      })
    },
    /** By its number there. */
    caseOf: one,
    async write(query: string, headers: Record<string, string> = {}) {
      const { status, text, type } = await api.call(
        'GET',
        `/api/v1/cases/export?${query}`,
        undefined,
        headers,
      )
      return { status, text, type }
    },
    async count(): Promise<number> {
      const { rows } = await api.registry.pool.query<{ n: number }>(
        'select count(*)::integer as n from case_record',
      )
      return rows[0]?.n ?? 0
    },
  }
}

export type ExchangeApi = Awaited<ReturnType<typeof openExchangeApi>>

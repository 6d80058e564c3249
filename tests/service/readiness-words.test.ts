import { expect, test } from 'vitest'
import { readinessOf } from '#cli/service/readiness.ts'
import { epochMs } from '#model/time.ts'

const SINCE = epochMs(Date.UTC(2026, 10, 26, 8))
const CHINESE = /[\u4e00-\u9fff]/

const stateOf = (spooling: object, stalledSince: typeof SINCE | null) =>
  readinessOf({
    monitor: { stalledSince, isWarm: true },
    ingest: { spooler: { state: spooling } },
    spool: { maxBytes: 2 ** 30, facts: { bytes: 2 ** 20, records: 3, damaged: 1 } },
    warnings: [],
  } as unknown as Parameters<typeof readinessOf>[0])

test('whatever readiness has to say it says in both languages', () => {
  const states = [
    stateOf({ since: null, blocked: null }, SINCE),
    stateOf({ since: SINCE, blocked: 'disk-full' }, SINCE),
    stateOf({ since: SINCE, blocked: null }, SINCE),
    stateOf({ since: SINCE, blocked: null }, null),
  ]
  const said = states.flatMap((state) => (state.ready ? (state.warnings ?? []) : [state.why]))
  expect(said).toHaveLength(6)
  for (const { en, zh } of said) {
    expect(zh).toMatch(CHINESE)
    expect(en).not.toMatch(CHINESE)
  }
  expect(said.map(({ zh }) => zh).join()).toMatch(/数据库无法连接[\s\S]*正在回放入库/)
})

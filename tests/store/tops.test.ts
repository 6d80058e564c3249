import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { WHOLE_CITY } from '#model/principal.ts'
import type { Reading } from '#model/reading.ts'
import { type EpochMs, epochMs, minutes, plus } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { type Committer, openCommitter } from '#store/committer.ts'
import { createTopQueries } from '#store/queries/top-devices.ts'
import type { Most } from '#store/tops/top-statements.ts'
import { hourOf, TopSummaries } from '#store/tops/top-summaries.ts'
import { commit, device, NOON, reading } from '#tests/store/fixtures.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'

const HOUR = 3_600_000
const ALL = { from: epochMs(NOON - 12 * HOUR), to: epochMs(NOON + 12 * HOUR) }
let fresh: TestDatabase
let committer: Committer
let stored: Reading[] = []
let now: EpochMs = NOON

beforeAll(async () => {
  fresh = await freshDatabase()
  const options = { ...CASE_RULES, timeoutMs: 30_000 }
  committer = await openCommitter(fresh.database, options, silentLogger)
})
afterAll(async () => {
  await committer.close()
  await fresh.drop()
})
beforeEach(async () => {
  stored = []
  now = NOON
  await fresh.database.pool.query(
    `truncate reading_pipe_gauge, reading_top, reading_top_hour;
     update reading_summary_owner set is_settled = true`,
  )
})

async function open(horizonDays = 30): Promise<TopSummaries> {
  const summaries = new TopSummaries({
    pool: fresh.database.pool,
    timescale: fresh.database.timescale,
    clock: { now: () => now },
    horizonDays,
    retentionDays: 0,
  })
  await summaries.open()
  return summaries
}

async function store(readings: readonly Reading[], ...listeners: TopSummaries[]): Promise<void> {
  await committer.commit(commit(committer.lastNumber + 1, { readings }))
  stored.push(...readings)
  for (const summaries of listeners) summaries.heard(readings)
}

const gauge = (n: number) => device(`gauge-${String(n).padStart(3, '0')}`, 'pipe-gauge')
let millisecond = 0
const level = (n: number, hour: number, level_mm: number): Reading => {
  millisecond += 1
  return reading(gauge(n), NOON + hour * HOUR + millisecond, { level_mm })
}

/** The same by looking at every reading. */
function truth(most: Most, span: { readonly from: number; readonly to: number }, limit: number) {
  const best = new Map<string, number>()
  for (const { device: of, measuredAt, values } of stored) {
    const value = values[0] as number
    if (measuredAt < span.from || measuredAt >= span.to) continue
    const before = best.get(of.id)
    if (before === undefined || (most === 'max' ? value > before : value < before)) {
      best.set(of.id, value)
    }
  }
  return [...best]
    .map(([deviceId, value]) => ({ deviceId, value }))
    .sort(
      (a, b) =>
        (most === 'max' ? b.value - a.value : a.value - b.value) ||
        (a.deviceId < b.deviceId ? -1 : 1),
    )
    .slice(0, limit)
}

const ask = async (summaries: TopSummaries, most: Most, span = ALL, limit = 50) => {
  const queries = createTopQueries({ pool: fresh.database.pool, summaries, days: null })
  const question = { kind: 'pipe-gauge', channel: 'level_mm', most, limit, scope: WHOLE_CITY }
  return (await queries.top({ ...question, ...span })).devices
}

test('whatever came when, the first devices of a span are those of its readings', async () => {
  const summaries = await open()
  now = epochMs(NOON + 20 * HOUR)
  const one = fc.tuple(
    fc.nat(119),
    fc.integer({ min: -10, max: 10 }),
    fc.integer({ min: 0, max: 40 }),
  )
  const step = fc.record({
    batch: fc.array(one, { minLength: 1, maxLength: 60 }),
    sums: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      for (const { batch, sums } of steps) {
        await store(
          batch.map(([n, hour, value]) => level(n, hour, value)),
          summaries,
        )
        if (sums) await summaries.catchUp({ atOnce: true })
      }
      for (const most of ['max', 'min'] as const) {
        expect(await ask(summaries, most)).toEqual(truth(most, ALL, 50))
        const part = { from: epochMs(NOON - 3 * HOUR), to: epochMs(NOON + 2 * HOUR) }
        expect(await ask(summaries, most, part, 7)).toEqual(truth(most, part, 7))
      }
    }),
    { numRuns: 12 },
  )
}, 60_000)

test('a reading that is committed while its hour is summed up is not forgotten', async () => {
  const summaries = await open()
  await store([level(1, -3, 10)], summaries)
  const running = summaries.catchUp({ atOnce: true })
  await store([level(2, -3, 20)], summaries)
  await running
  expect(await ask(summaries, 'max')).toEqual(truth('max', ALL, 50))
  await summaries.catchUp({ atOnce: true })
  expect(summaries.isSummed('pipe-gauge', hourOf(NOON) - 3)).toBe(true)
  expect(await ask(summaries, 'max')).toEqual(truth('max', ALL, 50))
})

test('after an end in good order what was summed up stands; after a crash only what is too old to change', async () => {
  const first = await open()
  await store([level(1, -3, 10), level(2, -24 * 33, 7)], first)
  await first.catchUp({ atOnce: true })
  const recent = hourOf(NOON) - 3
  const old = hourOf(NOON) - 24 * 33
  first.stop()
  await first.settle()
  const second = await open()
  expect([recent, old].map((hour) => second.isSummed('pipe-gauge', hour))).toEqual([true, true])
  // Nor does it do again what was done, when it looks for what is left.
  await fresh.database.pool.query('truncate reading_top')
  await second.catchUp({ atOnce: true })
  const { rows } = await fresh.database.pool.query('select 1 from reading_top where hour < $1', [
    new Date(NOON - HOUR),
  ])
  expect(rows).toEqual([])
  // It dies, and with it what it knew of this reading.
  await store([level(3, -3, 99)])
  const third = await open()
  expect([recent, old].map((hour) => third.isSummed('pipe-gauge', hour))).toEqual([false, true])
  expect((await ask(third, 'max'))[0]).toEqual({ deviceId: 'gauge-003', value: 99 })
  // The one that is thought dead ends after all: it does not speak for the other.
  second.stop()
  await second.settle()
  expect((await open()).isSummed('pipe-gauge', recent)).toBe(false)
})

test('an hour taken out by a late reading is not trusted at the next start either', async () => {
  const first = await open()
  await store([level(1, -3, 10)], first)
  await first.catchUp({ atOnce: true })
  await store([level(4, -3, 30)], first)
  first.stop()
  await first.settle()
  const second = await open()
  expect(second.isSummed('pipe-gauge', hourOf(NOON) - 3)).toBe(false)
  expect((await ask(second, 'max'))[0]).toEqual({ deviceId: 'gauge-004', value: 30 })
})

test('while readings still come late their hour waits, but not for longer than half an hour', async () => {
  const summaries = await open()
  const isSummed = async (): Promise<boolean> => {
    await summaries.catchUp()
    return summaries.isSummed('pipe-gauge', hourOf(NOON) - 3)
  }
  await store([level(1, -3, 1)], summaries)
  expect(await isSummed()).toBe(true)
  await store([level(1, -3, 2)], summaries)
  expect(await isSummed()).toBe(false)
  now = plus(NOON, minutes(5))
  expect(await isSummed()).toBe(true)
  for (let minute = 10; minute < 40; minute += 4) {
    now = plus(NOON, minutes(minute))
    await store([level(1, -3, minute)], summaries)
    expect(await isSummed()).toBe(false)
  }
  now = plus(NOON, minutes(40))
  await store([level(1, -3, 40)], summaries)
  expect(await isSummed()).toBe(true)
  expect(await ask(summaries, 'max')).toEqual(truth('max', ALL, 50))
})

test('where readings of a century are taken, only the weeks of which there are some are gone through', async () => {
  const summaries = await open(36_500)
  const longAgo = -24 * 365 * 60
  await store([level(1, -3, 10), level(2, longAgo, 20)], summaries)
  await summaries.catchUp({ atOnce: true })
  const hours = [-3, longAgo].map((hour) => hourOf(epochMs(NOON + hour * HOUR)))
  expect(hours.map((hour) => summaries.isSummed('pipe-gauge', hour))).toEqual([true, true])
  const { rows } = await fresh.database.pool.query(
    "select 1 from reading_top_hour where hour between '1970-01-01' and '2026-01-01'",
  )
  expect(rows).toEqual([])
  expect(
    await ask(summaries, 'max', { from: epochMs(NOON - 400 * 24 * HOUR), to: epochMs(NOON) }),
  ).toEqual([{ deviceId: 'gauge-001', value: 10 }])
})

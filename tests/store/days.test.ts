import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Reading } from '#model/reading.ts'
import { type EpochMs, epochMs, minutes, plus } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { type Committer, openCommitter } from '#store/committer.ts'
import { DaySummaries, dayOf } from '#store/days/day-summaries.ts'
import { createAggregateQueries } from '#store/queries/aggregates.ts'
import { query } from '#store/query.ts'
import { commit, device, NOON, reading } from '#tests/store/fixtures.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const YESTERDAY = dayOf(NOON) - 1
const gauges = [0, 1, 2].map((n) => device(`gauge-${n}`, 'pipe-gauge'))
let fresh: TestDatabase
let committer: Committer
let seq = 0
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
beforeEach(async (context) => {
  now = NOON
  // There continuous aggregates do what days do here.
  if (fresh.database.timescale) context.skip()
  await fresh.database.pool.query(
    `truncate reading_pipe_gauge, reading_day, reading_day_done, reading_day_late;
     update reading_summary_owner set is_settled = true`,
  )
})

async function open(horizonDays = 30): Promise<DaySummaries> {
  const { pool } = fresh.database
  const clock = { now: () => now }
  const summaries = new DaySummaries({ pool, clock, horizonDays, retentionDays: 0 })
  await summaries.open()
  return summaries
}

async function store(readings: readonly Reading[], ...listeners: DaySummaries[]): Promise<void> {
  await committer.commit(commit(committer.lastNumber + 1, { readings }))
  for (const summaries of listeners) summaries.heard(readings)
}

const level = (n: number, hour: number, level_mm: number | null): Reading => {
  seq += 1
  const channels = level_mm === null ? { battery_pct: 80 } : { level_mm, flow_l_s: level_mm / 3 }
  return reading(gauges[n] as (typeof gauges)[0], NOON + hour * HOUR, channels, { seq })
}

type Range = Parameters<ReturnType<typeof createAggregateQueries>['aggregates']>[1]

const ask = async (days: DaySummaries | null, n: number, more: Partial<Range> = {}) => {
  const queries = createAggregateQueries({ pool: fresh.database.pool, timescale: false, days })
  return await queries.aggregates(gauges[n] as (typeof gauges)[0], {
    every: 'hourly',
    from: epochMs(NOON - 5 * DAY),
    to: epochMs(NOON + DAY),
    channels: ['level_mm', 'flow_l_s', 'battery_pct'],
    ...more,
  })
}

/** Means may be added up in another order. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, each: unknown) =>
      typeof each === 'number' ? Number(each.toPrecision(12)) : each,
    ),
  )

test('whatever came when, hours and days are those of the readings', async () => {
  const summaries = await open()
  const one = fc.tuple(
    fc.nat(2),
    fc.integer({ min: -80, max: 5 }),
    fc.option(fc.integer({ min: 0, max: 40 })),
  )
  const step = fc.record({
    batch: fc.array(one, { minLength: 1, maxLength: 40 }),
    sums: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
      for (const { batch, sums } of steps) {
        await store(
          batch.map(([n, hour, value]) => level(n, hour, value)),
          summaries,
        )
        if (sums) await summaries.catchUp({ atOnce: true })
      }
      for (const n of [0, 1, 2]) {
        for (const every of ['hourly', 'daily'] as const) {
          for (const from of [epochMs(NOON - 5 * DAY), epochMs(NOON - 40 * HOUR + 7)]) {
            const told = await ask(summaries, n, { every, from })
            expect(rounded(told)).toEqual(rounded(await ask(null, n, { every, from })))
          }
        }
      }
    }),
    { numRuns: 12 },
  )
}, 60_000)

test('a device whose reading comes late is read as it is stored, and others are not', async () => {
  const summaries = await open()
  await store([level(0, -24, 1), level(1, -24, 2)], summaries)
  await summaries.catchUp({ atOnce: true })
  const isSummed = (n: number) => summaries.isSummed('pipe-gauge', YESTERDAY, `gauge-${n}`)
  expect([0, 1].map(isSummed)).toEqual([true, true])
  await store([level(0, -24, 9)], summaries)
  expect([0, 1].map(isSummed)).toEqual([false, true])
  expect((await ask(summaries, 0))[0]).toMatchObject({ readings: 2 })
  await summaries.catchUp({ atOnce: true })
  expect([0, 1].map(isSummed)).toEqual([true, true])
  expect((await ask(summaries, 0))[0]?.channels).toMatchObject({ level_mm: { max: 9, count: 2 } })
})

test('after an end in good order late ones are known, after a crash they are found by counting', async () => {
  const { pool } = fresh.database
  const first = await open()
  await store([level(0, -24, 1), level(1, -24, 2), level(2, -24, 3)], first)
  await first.catchUp({ atOnce: true })
  await store([level(0, -24, 9)], first)
  first.stop()
  await first.settle()
  const second = await open()
  const isSummed = (of: DaySummaries) =>
    [0, 1, 2].map((n) => of.isSummed('pipe-gauge', YESTERDAY, `gauge-${n}`))
  expect(isSummed(second)).toEqual([false, true, true])
  await second.catchUp({ atOnce: true })
  // It dies, and with it what it knew of this reading.
  await store([level(1, -24, 99)])
  const third = await open()
  expect(isSummed(third)).toEqual([false, false, false])
  const counted = await query(pool, 'select 1 from reading_day where kind = $1', ['pipe-gauge'])
  await third.catchUp({ atOnce: true })
  expect(isSummed(third)).toEqual([true, false, true])
  expect(counted).toHaveLength(3)
  await third.catchUp({ atOnce: true })
  expect(isSummed(third)).toEqual([true, true, true])
  expect((await ask(third, 1))[0]?.channels).toMatchObject({ level_mm: { max: 99 } })
})

test('a reading that is committed while its day is summed up is not forgotten', async () => {
  const summaries = await open()
  await store([level(0, -24, 1)], summaries)
  const running = summaries.catchUp({ atOnce: true })
  await store([level(0, -24, 5)], summaries)
  await running
  expect(rounded(await ask(summaries, 0))).toEqual(rounded(await ask(null, 0)))
})

test('while readings still come late their day waits, but not for longer than half an hour', async () => {
  const summaries = await open()
  const isSummed = async (): Promise<boolean> => {
    await summaries.catchUp()
    return summaries.isSummed('pipe-gauge', YESTERDAY, 'gauge-0')
  }
  await store([level(0, -24, 1)], summaries)
  expect(await isSummed()).toBe(true)
  await store([level(0, -24, 2)], summaries)
  expect(await isSummed()).toBe(false)
  now = plus(NOON, minutes(5))
  expect(await isSummed()).toBe(true)
  for (let minute = 10; minute < 40; minute += 4) {
    now = plus(NOON, minutes(minute))
    await store([level(0, -24, minute)], summaries)
    expect(await isSummed()).toBe(false)
  }
  now = plus(NOON, minutes(40))
  await store([level(0, -24, 40)], summaries)
  expect(await isSummed()).toBe(true)
})

test('where readings of a century are taken, only the weeks of which there are some are gone through', async () => {
  const summaries = await open(36_500)
  const longAgo = -24 * 365 * 60
  await store([level(0, -24, 1), level(0, longAgo, 2)], summaries)
  await summaries.catchUp({ atOnce: true })
  const day = dayOf(epochMs(NOON + longAgo * HOUR))
  expect(summaries.isSummed('pipe-gauge', YESTERDAY, 'gauge-0')).toBe(true)
  expect(summaries.isSummed('pipe-gauge', day, 'gauge-0')).toBe(true)
  const between = await query(
    fresh.database.pool,
    'select 1 from reading_day_done where day between $1 and $2',
    ['1970-01-01', '2026-01-01'],
  )
  expect(between).toEqual([])
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { createAggregateQueries } from '#store/queries/aggregates.ts'
import { commit, device, NOON, reading } from '#tests/store/fixtures.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const gauge = device('gauge-1', 'pipe-gauge')
let fresh: TestDatabase

beforeAll(async () => {
  fresh = await freshDatabase()
  const options = { ...CASE_RULES, timeoutMs: 30_000 }
  const committer = await openCommitter(fresh.database, options, silentLogger)
  const of = (each: typeof gauge) =>
    Array.from({ length: 2_000 }, (_, n) =>
      reading(each, NOON - n * 5 * MINUTE, n % 12 === 3 ? {} : { level_mm: n }),
    )
  const others = Array.from({ length: 5 }, (_, n) => device(`other-${n}`, 'pipe-gauge'))
  await committer.commit(
    commit(committer.lastNumber + 1, { readings: [gauge, ...others].flatMap(of) }),
  )
  await committer.close()
  await fresh.database.pool.query('analyze')
})
afterAll(() => fresh.drop())

test.each(['as it is stored here', 'without continuous aggregates'])(
  'hours and days of a device are those of its readings, %s',
  async (way) => {
    const timescale = way === 'as it is stored here' && fresh.database.timescale
    const queries = createAggregateQueries({
      pool: fresh.database.pool,
      timescale,
      days: null,
    })
    const range = { from: epochMs(NOON - 2 * HOUR), to: epochMs(NOON - 1), channels: ['level_mm'] }
    const byHour = await queries.aggregates(gauge, { ...range, every: 'hourly' })
    // An hour has the readings 1 to 12 before its end; the third of each dozen has no level.
    expect(byHour).toEqual([
      {
        from: NOON - 2 * HOUR,
        readings: 12,
        channels: { level_mm: { count: 11, min: 13, max: 24, avg: (222 - 15) / 11 } },
      },
      {
        from: NOON - HOUR,
        readings: 12,
        channels: { level_mm: { count: 11, min: 1, max: 12, avg: (78 - 3) / 11 } },
      },
    ])
    // Noon is midday in China: the day has begun twelve hours before.
    const byDay = await queries.aggregates(gauge, { ...range, every: 'daily' })
    expect(byDay).toMatchObject([{ from: NOON - 12 * HOUR, readings: 145 }])
    const none = await queries.aggregates(device('nobody', 'pipe-gauge'), {
      ...range,
      every: 'hourly',
    })
    expect(none).toEqual([])
  },
)

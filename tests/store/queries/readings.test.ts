import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareReadings } from '#model/reading.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { createReadingQueries, readingPage } from '#store/queries/readings.ts'
import { commit, device, NOON, reading } from '#tests/store/fixtures.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { collectPages } from './collect-pages.ts'
import { planOf } from './plan.ts'

const DAY = 86_400_000
const MINUTE = 60_000
const cover = device('cover-1')

// Forty days across several partitions, every hour, and a burst in which one instant has several.
const READINGS = [
  ...Array.from({ length: 960 }, (_, hour) =>
    reading(cover, NOON - 40 * DAY + hour * 60 * MINUTE, { tilt_deg: hour % 90, battery_pct: 80 }),
  ),
  ...Array.from({ length: 60 }, (_, index) =>
    reading(cover, NOON + Math.floor(index / 7), { level_mm: index }, { seq: index % 7 }),
  ),
]
const ORDERED = READINGS.toSorted(compareReadings)

let fresh: TestDatabase
let queries: ReturnType<typeof createReadingQueries>

beforeAll(async () => {
  fresh = await freshDatabase()
  queries = createReadingQueries(fresh.database.pool)
  const options = { ...CASE_RULES, timeoutMs: 30_000 }
  const committer = await openCommitter(fresh.database, options, silentLogger)
  // Company for the index to leave out.
  const others = Array.from({ length: 200 }, (_, index) =>
    Array.from({ length: 50 }, (_reading, hour) =>
      reading(device(`other-${index}`), NOON - hour * 10 * 60 * MINUTE, { tilt_deg: 1 }),
    ),
  ).flat()
  await committer.commit(commit(committer.lastNumber + 1, { readings: [...READINGS, ...others] }))
  await committer.close()
  await fresh.database.pool.query('analyze')
})
afterAll(() => fresh.drop())

const keyOf = ({ measuredAt, seq }: { measuredAt: EpochMs; seq: number }) => `${measuredAt}/${seq}`

test('whatever the range, the limit and the order, every reading comes once and in order', async () => {
  const instant = fc.integer({ min: NOON - 41 * DAY, max: NOON + 20 }).map(epochMs)
  const asked = fc.record({
    from: fc.option(instant, { nil: undefined }),
    to: fc.option(fc.oneof(instant, fc.constantFrom(epochMs(NOON + 3))), { nil: undefined }),
    order: fc.constantFrom('asc' as const, 'desc' as const),
    limit: fc.integer({ min: 1, max: 400 }).map((limit) => (limit < 40 ? limit * 3 : limit)),
  })
  await fc.assert(
    fc.asyncProperty(asked, async ({ limit, ...range }) => {
      const { from = -Infinity, to = Infinity, order } = range
      const found = await collectPages((page) => queries.page(cover, { ...range, ...page }), limit)
      const wanted = ORDERED.filter(({ measuredAt }) => measuredAt >= from && measuredAt < to)
      if (order === 'desc') wanted.reverse()
      expect(found.map(keyOf)).toEqual(wanted.map(keyOf))
    }),
    { numRuns: 25 },
  )
})

test('a reading comes back as it was stored', async () => {
  const { items } = await queries.page(cover, { limit: 1, from: epochMs(NOON + 1) })
  const [stored] = ORDERED.filter(({ measuredAt }) => measuredAt > NOON)
  expect(items[0]).toEqual({ ...stored, device: undefined })
})

test('of chosen channels only those come', async () => {
  const { items } = await queries.page(cover, { limit: 1, channels: ['battery_pct'] })
  expect(items[0]?.values.filter((value) => value !== undefined)).toEqual([80])
})

test('the newest reading is the one measured last', async () => {
  expect(await queries.latest(cover)).toMatchObject({ measuredAt: NOON + 8, seq: 3 })
  expect(await queries.latest(device('nobody'))).toBeUndefined()
})

test('a range of a device is read by the index, without sorting', async () => {
  const range = { from: epochMs(NOON - 10 * DAY), to: epochMs(NOON - 9 * DAY), limit: 100 }
  const plan = await planOf(fresh, readingPage(cover, range))
  expect(plan).toMatch(/Index|Chunk/)
  expect(plan).not.toMatch(/Seq Scan|\bSort\b/)
})

test('a page in the middle and the newest reading are read by the index', async () => {
  const first = await queries.page(cover, { limit: 500 })
  for (const request of [
    { limit: 100, after: first.next ?? undefined },
    { limit: 1, order: 'desc' as const },
  ]) {
    const plan = await planOf(fresh, readingPage(cover, request))
    expect(plan).not.toMatch(/Seq Scan|\bSort\b/)
  }
})

test('before there are statistics, a page in a long history is read in the order of the index', async () => {
  const bin = device('bin-1', 'bin-sensor')
  const options = { ...CASE_RULES, timeoutMs: 30_000 }
  const committer = await openCommitter(fresh.database, options, silentLogger)
  const readings = Array.from({ length: 5_000 }, (_, index) =>
    reading(bin, NOON - index * 10 * MINUTE, { fill_pct: 1 }),
  )
  await committer.commit(commit(committer.lastNumber + 1, { readings }))
  await committer.close()
  const first = await queries.page(bin, { limit: 100 })
  const request = { limit: 1_000, after: first.next ?? undefined }
  expect(await planOf(fresh, readingPage(bin, request))).not.toMatch(/Seq Scan|\bSort\b/)
})

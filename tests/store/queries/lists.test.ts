import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WHOLE_CITY as scope } from '#model/principal.ts'
import { epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { casePage, createCaseQueries } from '#store/queries/cases.ts'
import { createEpisodeQueries, episodePage } from '#store/queries/episodes.ts'
import { createQuarantineQueries, quarantinePage } from '#store/queries/quarantine.ts'
import { change, commit, episode, NOON, proposal, rejection, uuid } from '#tests/store/fixtures.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { collectPages } from './collect-pages.ts'
import { planOf } from './plan.ts'

const COUNT = 300
/** Three of a millisecond, so that the second key has to decide. */
const at = (index: number) => epochMs(NOON + Math.floor(index / 3))
const deviceOf = (index: number) => `cover-${index % 10}`

let fresh: TestDatabase
let quarantine: ReturnType<typeof createQuarantineQueries>
let episodes: ReturnType<typeof createEpisodeQueries>
let cases: ReturnType<typeof createCaseQueries>

beforeAll(async () => {
  fresh = await freshDatabase()
  const { pool } = fresh.database
  quarantine = createQuarantineQueries(pool)
  episodes = createEpisodeQueries(pool)
  cases = createCaseQueries(pool)
  const options = { ...CASE_RULES, timeoutMs: 30_000 }
  const committer = await openCommitter(fresh.database, options, silentLogger)
  const indexes = Array.from({ length: COUNT }, (_, index) => index)
  await committer.commit(
    commit(committer.lastNumber + 1, {
      rejections: indexes.map((index) =>
        rejection({
          deviceId: deviceOf(index),
          receivedAt: at(index),
          reasons: [{ code: index % 2 === 0 ? 'not-json' : 'time-future' }],
        }),
      ),
      episodes: indexes.map((index) =>
        change(
          episode(index, {
            deviceId: deviceOf(index),
            startedAt: at(index),
            confirmedAt: at(index),
            clearedAt: index % 3 === 0 ? epochMs(NOON + 999_000) : null,
          }),
          proposal({
            objectId: `object-${index % 150}`,
            deviceId: deviceOf(index),
            reportedAt: at(index),
          }),
        ),
      ),
    }),
  )
  await committer.close()
  await pool.query('analyze')
})
afterAll(() => fresh.drop())

const limits = fc.integer({ min: 1, max: 320 }).map((limit) => (limit < 20 ? limit * 7 : limit))

test('whatever the limit, every entry of the quarantine comes once, the newest first', async () => {
  await fc.assert(
    fc.asyncProperty(
      limits,
      fc.constantFrom('asc' as const, 'desc' as const),
      async (limit, order) => {
        const found = await collectPages((page) => quarantine.list({ ...page, order }), limit)
        expect(new Set(found.map(({ id }) => id)).size).toBe(COUNT)
        const times = found.map(({ receivedAt }) => receivedAt)
        expect(times).toEqual(times.toSorted((a, b) => (order === 'asc' ? a - b : b - a)))
      },
    ),
    { numRuns: 15 },
  )
})

test('whatever the limit, every episode and every case comes once, the newest first', async () => {
  await fc.assert(
    fc.asyncProperty(limits, async (limit) => {
      const found = await collectPages((page) => episodes.list(page), limit)
      expect(new Set(found.map(({ id }) => id)).size).toBe(COUNT)
      const starts = found.map(({ startedAt }) => startedAt)
      expect(starts).toEqual(starts.toSorted((a, b) => b - a))
      const opened = await collectPages((page) => cases.list({ ...page, scope }), limit)
      expect(new Set(opened.map(({ number }) => number)).size).toBe(150)
    }),
    { numRuns: 15 },
  )
})

test('lists are narrowed by what is asked for', async () => {
  const request = { limit: 1_000 }
  const ofDevice = await quarantine.list({ ...request, deviceId: 'cover-3', reason: 'time-future' })
  expect(ofDevice.items).toHaveLength(30)
  expect((await quarantine.list({ ...request, state: 'resolved' })).items).toEqual([])
  expect((await quarantine.list({ ...request, state: 'all' })).items).toHaveLength(COUNT)
  const cleared = await episodes.list({ ...request, state: 'cleared', deviceId: 'cover-3' })
  expect(cleared.items.every(({ clearedAt }) => clearedAt !== null)).toBe(true)
  expect((await episodes.list({ ...request, state: 'open' })).items).toHaveLength(200)
  const range = { from: epochMs(NOON + 10), to: epochMs(NOON + 12) }
  expect((await episodes.list({ ...request, ...range })).items).toHaveLength(6)
  // With what began before and had not cleared by then.
  const later = { from: epochMs(NOON + 1_000_000), standing: true }
  expect((await episodes.list({ ...request, ...later })).items).toHaveLength(200)
  expect((await episodes.list({ ...request, ...later, standing: false })).items).toEqual([])
  expect((await cases.list({ ...request, ...range, scope })).items).toHaveLength(6)
  expect((await cases.list({ ...request, state: ['withdrawn'], scope })).items).toEqual([])
})

test('a case is found by its number and by its id, with its episodes', async () => {
  const { items } = await cases.list({ limit: 1, scope })
  const [newest] = items
  expect(await cases.get(newest?.number ?? '', scope)).toEqual(newest)
  expect(await cases.get(newest?.id ?? '', scope)).toEqual(newest)
  const behind = await episodes.ofCase(newest?.id ?? '')
  expect(behind).toHaveLength(2)
  expect(behind[0]?.evidence).toHaveLength(1)
  await expect(cases.get(uuid(9_999), scope)).rejects.toMatchObject({ code: 'not-found' })
})

test('a message of the quarantine comes back byte by byte', async () => {
  const { items } = await quarantine.list({ limit: 1 })
  const entry = await quarantine.get(items[0]?.id ?? '')
  expect([...entry.payload]).toEqual([0, 1, 0xff, 0xfe])
  expect(entry).toMatchObject({ payload_bytes: 4, attempts: 1, resolvedAt: null })
  await expect(quarantine.get(uuid(9_999))).rejects.toMatchObject({ code: 'not-found' })
})

test('a cursor of another list is refused', async () => {
  const page = await episodes.list({ limit: 1 })
  const foreign = Buffer.from('["a"]').toString('base64url')
  await expect(cases.list({ limit: 1, after: foreign, scope })).rejects.toMatchObject({
    code: 'invalid-input',
  })
  expect(page.next).not.toBeNull()
})

test('pages of a time range are read by an index, without sorting', async () => {
  const range = { from: epochMs(NOON + 5), to: epochMs(NOON + 15), limit: 5 }
  const { next } = await episodes.list({ limit: 50 })
  const after = next ?? undefined
  for (const statement of [
    episodePage(range),
    episodePage({ limit: 5, after }),
    casePage({ ...range, scope }),
    casePage({ limit: 5, after, scope }),
    quarantinePage({ limit: 5, after }),
    quarantinePage({ limit: 5, after, order: 'asc', state: 'all' }),
  ]) {
    const plan = await planOf(fresh, statement)
    expect(plan).toContain('Index Scan')
    expect(plan).not.toMatch(/Seq Scan|\bSort\b/)
  }
})

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { BLANK_CASE } from '#cases/fold.ts'
import type { CaseChange, EpisodeChange } from '#model/commit.ts'
import { epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { type Committer, openCommitter } from '#store/committer.ts'
import { History } from '#store/history.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { change, commit, episode, NOON, proposal, uuid } from './fixtures.ts'

let fresh: TestDatabase
let committer: Committer
let history: History

beforeAll(async () => {
  fresh = await freshDatabase()
  history = new History(fresh.database.pool)
})
afterAll(() => fresh.drop())
beforeEach(async () => {
  await fresh.database.pool.query('TRUNCATE episode, case_record, case_serial')
  const options = { ...CASE_RULES, timeoutMs: 10_000 }
  committer = await openCommitter(fresh.database, options, silentLogger)
})
afterEach(() => committer.close())

async function write(...episodes: EpisodeChange[]): Promise<readonly CaseChange[]> {
  const outcome = await committer.commit(commit(committer.lastNumber + 1, { episodes }))
  return outcome.cases.filter(({ type }) => !type.startsWith('episode-'))
}

const caseOf = async (id: string): Promise<string | null> => {
  const { rows } = await fresh.database.pool.query<{ case_id: string | null }>(
    'SELECT case_id FROM episode WHERE id = $1',
    [id],
  )
  return rows[0]?.case_id ?? null
}

test('an episode comes back as it was written, and as it was amended', async () => {
  const open = episode(1)
  await write(change(open))
  expect(await history.openEpisodes()).toEqual([open])
  const cleared = { ...open, endedAt: epochMs(NOON + 60_000), clearedAt: epochMs(NOON + 120_000) }
  await write(change(cleared))
  expect(await history.openEpisodes()).toEqual([])
  const since = (ms: number) => history.episodes('cover-1', epochMs(NOON + ms))
  expect(await since(120_000)).toEqual([cleared])
  expect(await since(120_001)).toEqual([])
})

test('the first confirmed episode opens a case with all it was proposed with', async () => {
  const events = await write(change(episode(1), proposal()))
  expect(events).toEqual([
    {
      type: 'opened',
      case: {
        ...BLANK_CASE,
        ...proposal(),
        id: expect.any(String) as string,
        number: '1408022026112300001',
        version: 1,
        areaCode: '140802',
        isUrgent: true,
        // One hour to accept it, four fifths of which are soon over.
        deadlineAt: NOON + 3_600_000,
        soonAt: NOON + 2_880_000,
        nextAlarmAt: NOON + 2_880_000,
        stateSince: NOON,
        updatedAt: NOON,
      },
    },
  ])
  expect(await caseOf(uuid(1))).toBe(events[0]?.case.id)
})

test('a second episode of the same object and phenomenon joins the open case', async () => {
  const [opened] = await write(change(episode(1), proposal()))
  const [joined, ...rest] = await write(change(episode(2), proposal({ title: 'other' })))
  expect(joined).toEqual({ type: 'joined', case: { ...opened?.case, version: 2, joined: 1 } })
  expect(rest).toEqual([])
  expect(await caseOf(uuid(2))).toBe(opened?.case.id)
})

test('an episode that joins a case raises it at once where it is worse', async () => {
  const mild = { severity: 'notice', grades: [{ at: NOON, severity: 'notice' }] } as const
  await write(change(episode(1, mild), proposal({ severity: 'notice' })))
  const events = await write(change(episode(2), proposal()))
  expect(events.map(({ type, case: { severity } }) => [type, severity])).toEqual([
    ['joined', 'notice'],
    ['raised', 'critical'],
  ])
})

test('two in one batch open one case, and another phenomenon opens another', async () => {
  const events = await write(
    change(episode(1), proposal()),
    change(episode(2), proposal()),
    change(episode(3), proposal({ phenomenon: 'methane' })),
  )
  expect(events.map(({ type }) => type)).toEqual(['opened', 'opened', 'joined'])
  expect(new Set(events.map(({ case: { id } }) => id)).size).toBe(2)
  expect(await caseOf(uuid(1))).toBe(await caseOf(uuid(2)))
  expect(await caseOf(uuid(3))).not.toBe(await caseOf(uuid(1)))
})

test('an episode that asks again for the case it has changes nothing', async () => {
  await write(change(episode(1), proposal()))
  expect(await write(change(episode(1), proposal()))).toEqual([])
})

test('a case is withdrawn with the last of its episodes, and not before', async () => {
  await write(change(episode(1), proposal()), change(episode(2), proposal()))
  const withdrawnAt = epochMs(NOON + 5)
  expect(await write(change(episode(1, { withdrawnAt })))).toEqual([])
  const events = await write(change(episode(2, { withdrawnAt })))
  expect(events).toMatchObject([{ type: 'withdrawn', case: { state: 'withdrawn' } }])
  expect(await history.openEpisodes()).toEqual([])
  expect(await history.episodes('cover-1', epochMs(0))).toEqual([])
})

test('after a withdrawal the next episode opens a new case under a new number', async () => {
  const [first] = await write(change(episode(1), proposal()))
  await write(change(episode(1, { withdrawnAt: NOON })))
  const [second] = await write(change(episode(2), proposal()))
  expect(second?.type).toBe('opened')
  expect(second?.case.number).not.toBe(first?.case.number)
})

test('an episode that takes the place of a withdrawn one keeps the case', async () => {
  const [first] = await write(change(episode(1), proposal()))
  const events = await write(
    change(episode(1, { withdrawnAt: NOON })),
    change(episode(2), proposal()),
  )
  expect(events).toMatchObject([
    { type: 'joined', case: { id: first?.case.id, state: 'reported' } },
  ])
})

test('an episode that is withdrawn as it comes opens nothing', async () => {
  expect(await write(change(episode(1, { withdrawnAt: NOON }), proposal()))).toEqual([])
})

test('numbers count per district and day of the city', async () => {
  const lateEvening = epochMs(Date.UTC(2026, 10, 23, 15, 59, 59))
  const midnight = epochMs(Date.UTC(2026, 10, 23, 16))
  const numbers = (events: readonly CaseChange[]) => events.map((event) => event.case.number)
  const of = (number: number, reportedAt: typeof NOON, district = '140802') =>
    change(episode(number), proposal({ objectId: `o${number}`, reportedAt, district }))
  expect(numbers(await write(of(1, lateEvening), of(2, midnight), of(3, lateEvening)))).toEqual([
    '1408022026112300001',
    '1408022026112400001',
    '1408022026112300002',
  ])
  expect(numbers(await write(of(4, lateEvening), of(5, lateEvening, '110105')))).toEqual([
    '1408022026112300003',
    '1101052026112300001',
  ])
})

test('a storm of a thousand episodes opens a case each in one commit', async () => {
  const storm = Array.from({ length: 1_000 }, (_, index) =>
    change(episode(index, { deviceId: `d${index}` }), proposal({ objectId: `o${index}` })),
  )
  const events = await write(...storm)
  expect(new Set(events.map((event) => event.case.number)).size).toBe(1_000)
  expect(await history.openEpisodes()).toHaveLength(1_000)
})

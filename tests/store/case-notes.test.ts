import { expect, test } from 'vitest'
import { type CaseEvent, EPISODE_INSTANTS } from '#model/case-event.ts'
import type { CaseChange, EpisodeChange } from '#model/commit.ts'
import { Unavailable } from '#model/error.ts'
import { epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { createCaseQueries } from '#store/queries/cases.ts'
import { ACCEPTOR, testDesk } from '#tests/support/case-rules.ts'
import { FaultProxy } from '#tests/support/fault-proxy.ts'
import { COMMITTER_OPTIONS, CommitterHarness } from './committer-harness.ts'
import { change, commit, device, episode, NOON, proposal, reading, uuid } from './fixtures.ts'

type Told = Pick<CaseEvent, 'at' | 'type' | 'episodeId' | 'detail'>

const store = new CommitterHarness()
const after = (ms: number) => epochMs(NOON + ms)
const ended = { endedAt: after(60_000), clearedAt: after(120_000) }

async function write(...episodes: EpisodeChange[]): Promise<readonly CaseChange[]> {
  return (await store.committer.commit(commit(store.next, { episodes }))).cases
}

/** A case of the given episodes. */
async function opened(...numbers: number[]): Promise<string> {
  const [first] = await write(...numbers.map((number) => change(episode(number), proposal())))
  return first?.case.id ?? ''
}

const notesOf = async (caseId: string): Promise<readonly Told[]> =>
  (await createCaseQueries(store.fresh.database.pool).events(caseId)).map(
    ({ at, type, episodeId, detail }) => ({ at, type, episodeId, detail }),
  )

/** The notes after the one of the opening. */
const since = async (caseId: string) =>
  (await notesOf(caseId)).slice(1).map(({ type, episodeId, detail }) => [type, episodeId, detail])

const act = async (caseId: string): Promise<unknown> =>
  await testDesk(store.fresh.database.pool).act(caseId, { name: 'accept' }, ACCEPTOR, 'api')

const stateOf = async (caseId: string): Promise<unknown> =>
  (await store.query('SELECT state FROM case_record WHERE id = $1', [caseId]))[0]?.['state']

test('what happens to a case is noted in the order in which it does, by our clock', async () => {
  const mild = { severity: 'notice', grades: [{ at: NOON, severity: 'notice' }] } as const
  const [first] = await write(change(episode(1, mild), proposal({ severity: 'notice' })))
  const caseId = first?.case.id ?? ''
  const later = after(5_000)
  await store.committer.commit(
    commit(store.next, { at: later, episodes: [change(episode(2), proposal())] }),
  )
  await write(change(episode(2, ended)))
  await write(change(episode(1, { withdrawnAt: NOON })))
  await write(change(episode(2, { ...ended, withdrawnAt: NOON })))
  expect(await notesOf(caseId)).toEqual([
    { at: NOON, type: 'opened', episodeId: uuid(1), detail: {} },
    { at: later, type: 'joined', episodeId: uuid(2), detail: {} },
    {
      at: later,
      type: 'raised',
      episodeId: uuid(2),
      detail: { severity: { from: 'notice', to: 'critical' } },
    },
    {
      at: NOON,
      type: 'episode-over',
      episodeId: uuid(2),
      detail: {
        endedAt: { from: null, to: ended.endedAt },
        clearedAt: { from: null, to: ended.clearedAt },
      },
    },
    {
      at: NOON,
      type: 'episode-gone',
      episodeId: uuid(1),
      detail: { became: 'withdrawn', standing: 1 },
    },
    {
      at: NOON,
      type: 'episode-gone',
      episodeId: uuid(2),
      detail: { became: 'withdrawn', standing: 0 },
    },
    { at: NOON, type: 'withdrawn', episodeId: null, detail: {} },
  ])
  expect(await stateOf(caseId)).toBe('withdrawn')
})

test.each(EPISODE_INSTANTS)('that late readings moved %s is noted with from and to', async (of) => {
  const before = episode(1, ended)
  const [first] = await write(change(before, proposal()))
  const moved = { ...before, [of]: epochMs((before[of] ?? NaN) - 1_000) }
  await write(change(moved))
  expect(await since(first?.case.id ?? '')).toEqual([
    ['episode-moved', uuid(1), { [of]: { from: before[of], to: moved[of] } }],
  ])
})

test('an episode that is found to last is moved, and over again when it ends', async () => {
  const caseId = await opened(1)
  await write(change(episode(1, ended)))
  await write(change(episode(1, { startedAt: after(-1_000) })))
  await write(change(episode(1, { ...ended, startedAt: NOON })))
  const end = (from: number | null, to: number | null) => ({ from, to })
  const over = { endedAt: end(null, ended.endedAt), clearedAt: end(null, ended.clearedAt) }
  expect(await since(caseId)).toEqual([
    ['episode-over', uuid(1), over],
    [
      'episode-moved',
      uuid(1),
      {
        startedAt: end(NOON, NOON - 1_000),
        endedAt: end(ended.endedAt, null),
        clearedAt: end(ended.clearedAt, null),
      },
    ],
    ['episode-moved', uuid(1), { startedAt: end(NOON - 1_000, NOON) }],
    ['episode-over', uuid(1), over],
  ])
})

test('an episode that comes to belong to a group is gone to it, and joins when it stands alone', async () => {
  const caseId = await opened(1, 2)
  const member = { role: 'member', groupId: uuid(9) } as const
  await write(change(episode(1, member)))
  await write(change(episode(1, { ...member, ...ended })))
  await write(change(episode(1, ended), proposal()))
  expect(await since(caseId)).toEqual([
    ['joined', uuid(2), {}],
    ['episode-gone', uuid(1), { became: 'member', groupId: uuid(9), standing: 1 }],
    ['joined', uuid(1), {}],
  ])
  await write(change(episode(1, member)), change(episode(2, member)))
  expect((await since(caseId)).slice(3)).toEqual([
    ['episode-gone', uuid(1), { became: 'member', groupId: uuid(9), standing: 0 }],
    ['episode-gone', uuid(2), { became: 'member', groupId: uuid(9), standing: 0 }],
    ['withdrawn', null, {}],
  ])
})

test('a case that somebody has acted on is left to them, with the note', async () => {
  const caseId = await opened(1)
  await act(caseId)
  await write(change(episode(1, { startedAt: after(-1_000) })))
  const gone = episode(1, { startedAt: after(-1_000), withdrawnAt: NOON })
  await write(change(gone))
  expect(await stateOf(caseId)).toBe('accepted')
  const noted = [
    ['accepted', null, {}],
    ['episode-moved', uuid(1), { startedAt: { from: NOON, to: NOON - 1_000 } }],
    ['episode-gone', uuid(1), { became: 'withdrawn', standing: 0 }],
  ]
  expect(await since(caseId)).toEqual(noted)
  expect(await write(change(gone))).toEqual([])
  expect(await since(caseId)).toEqual(noted)
})

test('of two cases that lose their episodes at once only the untouched one is withdrawn', async () => {
  const acted = await opened(1)
  await act(acted)
  const [other] = await write(change(episode(2), proposal({ objectId: 'other' })))
  const changes = await write(
    change(episode(1, { withdrawnAt: NOON })),
    change(episode(2, { withdrawnAt: NOON })),
  )
  const events = changes.filter(({ type }) => type === 'withdrawn')
  expect(events.map((event) => [event.type, event.case.id])).toEqual([
    ['withdrawn', other?.case.id],
  ])
  expect(await stateOf(acted)).toBe('accepted')
  expect((await since(acted)).map(([type]) => type)).toEqual(['accepted', 'episode-gone'])
})

test('an episode written as it was, or one without a case, is not worth a note', async () => {
  const caseId = await opened(1)
  const before = await store.count('case_event')
  await write(change(episode(1), proposal()), change(episode(2)))
  await write(change(episode(1)), change(episode(2, ended)))
  await write(change(episode(2, { withdrawnAt: NOON })))
  expect(await since(caseId)).toEqual([])
  expect(await store.count('case_event')).toBe(before)
})

test('a commit that is given again after its answer was lost is noted once', async () => {
  const caseId = await opened(1)
  const proxy = await FaultProxy.open(new URL(store.fresh.url))
  const { database } = store.fresh
  const connection = { ...database.connection, connectionString: proxy.url(store.fresh.url) }
  const through = await openCommitter({ ...database, connection }, COMMITTER_OPTIONS, silentLogger)
  await through.commit(commit(through.lastNumber + 1))
  const given = commit(through.lastNumber + 1, {
    readings: [reading(device('cover-1'), NOON, { tilt_deg: 0 })],
    episodes: [change(episode(1, { withdrawnAt: NOON }))],
  })
  proxy.swallowFromCommit()
  const lost = through.commit(given)
  await proxy.swallowedCommit()
  proxy.cut()
  await expect(lost).rejects.toBeInstanceOf(Unavailable)
  await through.commit(given)
  expect((await since(caseId)).map(([type]) => type)).toEqual(['episode-gone', 'withdrawn'])
  await through.close()
  proxy.close()
})

test('notes are not rewritten, not taken back and not swept away', async () => {
  const caseId = await opened(1)
  for (const statement of [
    "UPDATE case_event SET type = 'raised'",
    'DELETE FROM case_event',
    'TRUNCATE case_event',
  ]) {
    await expect(store.query(statement)).rejects.toMatchObject({ code: '23000' })
  }
  expect(await notesOf(caseId)).toHaveLength(1)
})

test('a thousand cases of one commit are noted in one statement, and readings alone in none', async () => {
  await store.query(`
    CREATE TABLE noting (rows integer);
    CREATE FUNCTION count_noting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO noting SELECT count(*) FROM noted;
      RETURN NULL;
    END $$;
    CREATE TRIGGER noting AFTER INSERT ON case_event REFERENCING NEW TABLE AS noted
      FOR EACH STATEMENT EXECUTE FUNCTION count_noting()`)
  const storm = Array.from({ length: 1_000 }, (_, index) =>
    change(episode(index, { deviceId: `d${index}` }), proposal({ objectId: `o${index}` })),
  )
  await write(...storm)
  await write(...storm.map((each) => change({ ...each.episode, withdrawnAt: NOON })))
  const readings = [reading(device('cover-1'), NOON, { tilt_deg: 0 })]
  await store.committer.commit(commit(store.next, { readings }))
  expect(await store.query('SELECT rows FROM noting')).toEqual([{ rows: 1_000 }, { rows: 2_000 }])
})

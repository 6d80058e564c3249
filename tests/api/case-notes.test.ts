import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CaseEvent } from '#model/case-event.ts'
import type { CaseChange, EpisodeChange } from '#model/commit.ts'
import { epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { type Committer, openCommitter } from '#store/committer.ts'
import { change, commit, episode, NOON, proposal, uuid } from '#tests/store/fixtures.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
let committer: Committer
beforeAll(async () => {
  api = await openTestApi()
  const database = { connection: api.registry.pool.options, timescale: false }
  const options = { ...CASE_RULES, timeoutMs: 30_000 }
  committer = await openCommitter(database, options, silentLogger)
})
afterAll(async () => {
  await committer.close()
  await api.close()
})

const write = async (...episodes: EpisodeChange[]): Promise<readonly CaseChange[]> =>
  (await committer.commit(commit(committer.lastNumber + 1, { episodes }))).cases

test('a case tells what happened to it, in the order in which it did', async () => {
  const mild = { severity: 'notice', grades: [] } as const
  const asked = proposal({ severity: 'notice' })
  const [opened] = await write(change(episode(1, mild), asked))
  await write(change(episode(2), asked))
  await write(change(episode(1, { ...mild, startedAt: epochMs(NOON - 1) })))
  await write(
    change(episode(1, { role: 'member', groupId: uuid(9) })),
    change(episode(2, { clearedAt: epochMs(NOON + 1) })),
  )
  await write(change(episode(2, { withdrawnAt: NOON })))
  const { body } = await api.call('GET', `/api/v1/cases/${opened?.case.id}`)
  expect(body).toMatchObject({ state: 'withdrawn' })
  const at = '2026-11-23T04:00:00.000Z'
  const [before, after] = ['2026-11-23T03:59:59.999Z', '2026-11-23T04:00:00.001Z']
  const note = (type: string, episodeId: string | null, detail: object = {}) => ({
    at,
    type,
    episodeId,
    detail,
  })
  expect(
    body.events.map(({ at, type, episodeId, detail }: CaseEvent) => ({
      at,
      type,
      episodeId,
      detail,
    })),
  ).toEqual([
    note('opened', uuid(1)),
    note('joined', uuid(2)),
    note('raised', uuid(2), { severity: { from: 'notice', to: 'critical' } }),
    note('episode-moved', uuid(1), { startedAt: { from: at, to: before } }),
    note('episode-gone', uuid(1), { became: 'member', groupId: uuid(9), standing: 1 }),
    note('episode-over', uuid(2), { clearedAt: { from: null, to: after } }),
    note('episode-gone', uuid(2), { became: 'withdrawn', standing: 0 }),
    note('withdrawn', null),
  ])
})

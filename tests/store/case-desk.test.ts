import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { foldCase } from '#cases/fold.ts'
import type { NewReport } from '#model/case.ts'
import type { CaseCommand } from '#model/case-command.ts'
import type { CaseChange } from '#model/commit.ts'
import { Rejected } from '#model/error.ts'
import { epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { CASE_COLUMNS, toCase } from '#store/case-row.ts'
import type { CaseDesk } from '#store/cases/case-desk.ts'
import { readEvents } from '#store/cases/case-events.ts'
import { type Committer, openCommitter } from '#store/committer.ts'
import { CASE_RULES, person, testDesk } from '#tests/support/case-rules.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { change, commit, episode, NOON, proposal, uuid } from './fixtures.ts'

const PART = '1408020101000001'

let fresh: TestDatabase
let committer: Committer
let desk: CaseDesk
const clock = { now: () => NOON }

beforeAll(async () => {
  fresh = await freshDatabase()
  committer = await openCommitter(
    fresh.database,
    { ...CASE_RULES, timeoutMs: 20_000 },
    silentLogger,
  )
  desk = testDesk(fresh.database.pool, { clock })
})
afterAll(async () => {
  await committer.close()
  await fresh.drop()
})
beforeEach(async () => {
  await fresh.database.pool.query(
    'delete from case_report; delete from episode; delete from case_record',
  )
})

/** Commits of one writer, one after the other, as the monitor asks for them. */
let turn: Promise<unknown> = Promise.resolve()
function commitEpisode(number: number, more: Parameters<typeof proposal>[0] = {}) {
  const next = turn.then(async () => {
    const outcome = await committer.commit(
      commit(committer.lastNumber + 1, {
        episodes: [change(episode(number, { deviceId: `cover-${number % 4}` }), proposal(more))],
      }),
    )
    return outcome.cases
  })
  turn = next.catch(() => undefined)
  return next
}

const report = (more: Partial<NewReport> = {}): NewReport => ({
  source: 'inspector',
  kind: 'part',
  edition: null,
  class: '0101',
  condition: null,
  description: '井盖移位',
  place: { lon_deg: 111.006, lat_deg: 35.022 },
  address: null,
  partId: PART,
  observedAt: null,
  isUrgent: false,
  attachments: [],
  outsideNumber: null,
  contact: null,
  key: null,
  ...more,
})

async function storedCases() {
  const names = CASE_COLUMNS.map(({ column }) => column).join(', ')
  const { rows } = await fresh.database.pool.query<{ id: string } & Record<string, unknown>>(
    `select ${names} from case_record order by number`,
  )
  return rows.map(toCase)
}

async function areTheirEvents(): Promise<void> {
  for (const stored of await storedCases()) {
    const events = await readEvents(fresh.database.pool, stored.id)
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1))
    expect(foldCase(events)).toEqual(stored)
  }
}

const numbersOf = (changes: readonly (readonly CaseChange[])[]): Set<string> =>
  new Set(changes.flat().map(({ case: { number } }) => number))

test.each([0, 120])(
  '200 breaches of one object and a report after the %ith are one case with 201 pieces of evidence',
  async (position) => {
    const work: Promise<unknown>[] = []
    const changes: Promise<readonly CaseChange[]>[] = []
    let reported: ReturnType<CaseDesk['report']> | undefined
    for (let index = 0; index < 200; index += 1) {
      if (index === position) {
        reported = desk.report(report(), person('inspector'), 'mqtt')
        work.push(reported)
      }
      const committed = commitEpisode(1_000 * (position + 1) + index)
      changes.push(committed)
      work.push(committed)
    }
    await Promise.all(work)
    const numbers = numbersOf(await Promise.all(changes))
    const [only, ...others] = await storedCases()
    expect(others).toEqual([])
    expect([...numbers]).toEqual([only?.number])
    expect((await reported)?.case.number).toBe(only?.number)
    const events = await readEvents(fresh.database.pool, only?.id ?? '')
    expect(events.filter(({ episodeId }) => episodeId !== null)).toHaveLength(200)
    expect(events.filter(({ detail }) => detail.reportId !== undefined)).toHaveLength(1)
    const { rows } = await fresh.database.pool.query<{ linked: number }>(
      'select count(*) as linked from episode where case_id = $1',
      [only?.id],
    )
    expect(rows[0]?.linked).toBe(200)
    expect(only?.joined).toBe(200)
    await areTheirEvents()
  },
)

test('of 50 conflicting commands at once exactly one wins, and the others are told the state', async () => {
  const [opened] = await commitEpisode(1)
  const id = opened?.case.id ?? ''
  const acceptor = person('acceptor')
  const given = Array.from({ length: 50 }, (_, index): CaseCommand => {
    const reason = `the ${index}th`
    return index % 2 === 0 ? { name: 'accept', reason } : { name: 'reject', reason }
  })
  const settled = await Promise.allSettled(
    given.map((command) => desk.act(id, command, acceptor, 'api')),
  )
  const won = settled.filter(({ status }) => status === 'fulfilled')
  expect(won.length).toBe(1 + rejectedAfterAccept(settled))
  for (const each of settled) {
    if (each.status === 'fulfilled') continue
    expect(each.reason).toBeInstanceOf(Rejected)
    expect(each.reason).toMatchObject({ code: 'conflict' })
    expect(String(each.reason)).toMatch(/the case is (accepted|rejected)/)
  }
  await areTheirEvents()
})

/** What is accepted may still be rejected: the one command that may come second. */
const rejectedAfterAccept = (
  settled: readonly PromiseSettledResult<{ state: string }>[],
): number =>
  settled.some((each) => each.status === 'fulfilled' && each.value.state === 'accepted') &&
  settled.some((each) => each.status === 'fulfilled' && each.value.state === 'rejected')
    ? 1
    : 0

test('of 50 dispatches of one case to two departments one is done', async () => {
  const [opened] = await commitEpisode(2)
  const id = opened?.case.id ?? ''
  await desk.act(id, { name: 'accept' }, person('acceptor'), 'api')
  await desk.act(id, { name: 'file' }, person('duty-officer'), 'api')
  const settled = await Promise.allSettled(
    Array.from({ length: 50 }, (_, index) =>
      desk.act(
        id,
        { name: 'dispatch', departmentId: index % 2 === 0 ? 'water' : 'roads' },
        person('dispatcher'),
        'api',
      ),
    ),
  )
  const won = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  expect(won).toHaveLength(1)
  const [stored] = await storedCases()
  expect(stored?.departmentId).toBe(won[0]?.departmentId)
  await areTheirEvents()
})

test('a command that is meant for an older version is refused, and so is its repeat', async () => {
  const [opened] = await commitEpisode(3)
  const id = opened?.case.id ?? ''
  const seen = opened?.case.version ?? 0
  await desk.act(id, { name: 'note', reason: 'seen', version: seen }, person('acceptor'), 'api')
  const late = desk.act(id, { name: 'accept', version: seen }, person('acceptor'), 'api')
  await expect(late).rejects.toThrow(/changed since version 1: it has version 2/)
})

test('a report joins by its part, by class within 50 m, and not beyond, of another class or too old', async () => {
  const inspector = person('inspector')
  const first = await desk.report(report({ partId: null }), inspector, 'api')
  expect(first.isNew).toBe(true)
  const near = { lon_deg: 111.0064, lat_deg: 35.0221 }
  const far = { lon_deg: 111.0068, lat_deg: 35.022 }
  const joined = await desk.report(report({ partId: null, place: near }), inspector, 'api')
  expect(joined).toMatchObject({ isNew: false, case: { id: first.case.id, joined: 1 } })
  const beyond = await desk.report(report({ partId: null, place: far }), inspector, 'api')
  expect(beyond).toMatchObject({ isNew: true, case: { recurrences: 0 } })
  const other = await desk.report(report({ partId: null, class: '0102' }), inspector, 'api')
  expect(other.isNew).toBe(true)
  const week = testDesk(fresh.database.pool, {
    clock: { now: () => epochMs(NOON + 8 * 86_400_000) },
  })
  const later = await week.report(report({ partId: null }), inspector, 'api')
  expect(later).toMatchObject({ isNew: true, case: { recurrences: 1 } })
  await areTheirEvents()
})

test('what an inspector reports of a part becomes the case of its device, and stays when the device was wrong', async () => {
  const reported = await desk.report(report(), person('inspector'), 'api')
  const changes = await commitEpisode(4)
  expect(changes).toMatchObject([
    { type: 'joined', case: { id: reported.case.id, phenomenon: 'displaced' } },
  ])
  const gone = change(episode(4, { deviceId: 'cover-0', withdrawnAt: NOON }))
  await committer.commit(commit(committer.lastNumber + 1, { episodes: [gone] }))
  expect(await storedCases()).toMatchObject([{ state: 'reported' }])
  await areTheirEvents()
})

test('the same report under the same key is one, whoever else uses that key', async () => {
  const keyed = report({ key: 'a', partId: null, class: null, place: null })
  const once = await desk.report(keyed, person('inspector'), 'mqtt')
  const again = await desk.report(keyed, person('inspector'), 'mqtt')
  expect(again).toEqual({ ...once, isNew: false })
  const others = await desk.report({ ...keyed, source: 'leader' }, person('acceptor'), 'api')
  expect(others.reportId).not.toBe(once.reportId)
  expect(await storedCases()).toHaveLength(2)
})

test('a merge takes the episodes along, further ones go to the master, and a split brings them back', async () => {
  const [first] = await commitEpisode(5)
  const [second] = await commitEpisode(6, { objectId: 'other' })
  const [current, master] = [second?.case.id ?? '', first?.case.id ?? '']
  const acceptor = person('acceptor')
  await desk.act(current, { name: 'merge', into: master }, acceptor, 'api')
  const [joined] = await commitEpisode(7, { objectId: 'other' })
  expect(joined).toMatchObject({ type: 'joined', case: { id: master } })
  await desk.act(current, { name: 'split', reason: 'not the same' }, acceptor, 'api')
  const { rows } = await fresh.database.pool.query<{ id: string; case_id: string }>(
    'select id, case_id from episode order by id',
  )
  expect(rows).toEqual([
    { id: uuid(5), case_id: master },
    { id: uuid(6), case_id: current },
    { id: uuid(7), case_id: master },
  ])
  await areTheirEvents()
})

test('a case out of scope is not there, whatever is asked of it', async () => {
  const [opened] = await commitEpisode(8)
  const id = opened?.case.id ?? ''
  const elsewhere = person('acceptor', { areas: ['140803'] })
  await expect(desk.act(id, { name: 'accept' }, elsewhere, 'api')).rejects.toMatchObject({
    code: 'not-found',
  })
  const water = person('department-head', { departments: ['water'] })
  await expect(desk.act(id, { name: 'start' }, water, 'api')).rejects.toMatchObject({
    code: 'not-found',
  })
})

test('an alarm that cannot be told holds up no other', async () => {
  const [broken] = await commitEpisode(9, { objectId: 'a' })
  const [whole] = await commitEpisode(10, { objectId: 'b' })
  await fresh.database.pool.query(
    "update case_record set deadline_mark = 'soon', next_alarm_at = 'epoch'",
  )
  await fresh.database.pool.query('update case_record set version = 0 where id = $1', [
    broken?.case.id,
  ])
  const late = testDesk(fresh.database.pool, { clock: { now: () => epochMs(NOON + 7_200_000) } })
  await expect(late.alarms()).rejects.toThrow('1 alarms')
  const states = await storedCases()
  expect(states.find(({ id }) => id === whole?.case.id)).toMatchObject({
    deadlineMark: 'overdue',
    lateDuties: ['accept'],
  })
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { foldCase } from '#cases/fold.ts'
import { WHOLE_CITY } from '#model/principal.ts'
import { silentLogger } from '#runtime/logger.ts'
import { readEvents } from '#store/cases/case-events.ts'
import { migrate } from '#store/migrate.ts'
import { readMigrations } from '#store/migration.ts'
import { createCaseQueries } from '#store/queries/cases.ts'
import { ACCEPTOR, testDesk } from '#tests/support/case-rules.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { uuid } from './fixtures.ts'

let fresh: TestDatabase
beforeAll(async () => {
  fresh = await freshDatabase({ migrated: false })
  const all = await readMigrations()
  const before = all.filter(({ name }) => name < '0022')
  await migrate(fresh.database, silentLogger, before)
  const { pool } = fresh.database
  for (const [number, state] of [
    [1, 'reported'],
    [2, 'withdrawn'],
  ] as const) {
    await pool.query(
      `INSERT INTO case_record (id, number, state, kind, object_id, phenomenon, edition, class,
         condition, severity, title, device_id, rule_id, grid_code, district, lon_deg, lat_deg,
         limit_amount, limit_unit, deadline_at, reported_at, updated_at, basis)
       VALUES ($1, $2, $3, 'part', $4, 'displaced', 'yuncheng', '0101', 'missing-or-displaced',
         'critical', '井盖移位', 'cover-1', 'cover-displaced', '140802001002003', '140802', 111, 35,
         2, 'continuous-hour', '2026-11-23T06:00Z', '2026-11-23T04:00Z', '2026-11-23T04:00Z',
         '{"verify_ms": 600000}')`,
      [uuid(number), `140802202611230000${number}`, state, `part-${number}`],
    )
  }
  await pool.query(
    `INSERT INTO case_note (case_id, at, type, episode_id, detail) VALUES
       ($1, '2026-11-23T04:00Z', 'opened', $3, '{}'),
       ($1, '2026-11-23T04:05Z', 'joined', $3, '{}'),
       ($2, '2026-11-23T04:00Z', 'opened', $3, '{}')`,
    [uuid(1), uuid(2), uuid(9)],
  )
  await migrate(fresh.database, silentLogger)
})
afterAll(() => fresh.drop())

test('cases from before are what their events come to, and keep what was noted', async () => {
  const { pool } = fresh.database
  const { items } = await createCaseQueries(pool).list({ limit: 10, scope: WHOLE_CITY })
  expect(items).toHaveLength(2)
  for (const stored of items) {
    const folded = foldCase(await readEvents(pool, stored.id))
    expect({ ...folded, updatedAt: stored.updatedAt }).toEqual(stored)
  }
  const events = await readEvents(pool, uuid(1))
  expect(events.map(({ type, sequence }) => [type, sequence])).toEqual([
    ['opened', 1],
    ['joined', 2],
  ])
})

test('such a case goes on through the flow, with the clock of its next step', async () => {
  const desk = testDesk(fresh.database.pool)
  const accepted = await desk.act(uuid(1), { name: 'accept' }, ACCEPTOR, 'api')
  expect(accepted).toMatchObject({ state: 'accepted', version: 3, verify_ms: 600_000 })
  expect(accepted.deadlineAt).not.toBeNull()
})

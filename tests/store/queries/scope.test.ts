import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Scope, seesArea, seesDepartment, seesNetwork, WHOLE_CITY } from '#model/principal.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { addScope } from '#store/queries/scope.ts'
import { query } from '#store/query.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { planOf } from './plan.ts'

const COLUMNS = { area: 'area', network: 'network', department: 'department' }

interface Thing {
  readonly area: string | null
  readonly network: string | null
  readonly department: string | null
}

const pick = (...texts: string[]) => fc.constantFrom(...texts)
const unitGrid = fc
  .tuple(pick('140802', '140803', '140810'), pick('001', '002'), pick('001'), pick('001', '002'))
  .map((parts) => parts.join(''))
const area = fc
  .tuple(unitGrid, fc.constantFrom(6, 9, 12, 15))
  .map(([code, length]) => code.slice(0, length))
const name = pick('north', 'south', 'n_rth', '%')
const listed = <Item>(item: fc.Arbitrary<Item>) => fc.option(fc.array(item, { maxLength: 14 }))
const scopes: fc.Arbitrary<Scope> = fc.record({
  areas: listed(area),
  networks: listed(name),
  departments: listed(name),
})
const things: fc.Arbitrary<Thing> = fc.record({
  area: fc.option(area),
  network: fc.option(name),
  department: fc.option(name),
})

let fresh: TestDatabase
let all: readonly (Thing & { id: number })[]
beforeAll(async () => {
  fresh = await freshDatabase({ migrated: false })
  const { pool } = fresh.database
  await query(
    pool,
    `create table thing (id integer, area text collate "C", network text, department text)`,
  )
  all = fc.sample(things, { numRuns: 400, seed: 7 }).map((thing, id) => ({ ...thing, id }))
  await query(
    pool,
    'insert into thing select * from jsonb_to_recordset($1::jsonb) as given(' +
      'id integer, area text, network text, department text)',
    [JSON.stringify(all)],
  )
})
afterAll(() => fresh.drop())

async function seen(scope: Scope, columns: Parameters<typeof addScope>[2]): Promise<number[]> {
  const where = addScope(new Conditions(), scope, columns)
  const text = `select id from thing ${where.clause()} order by id`
  return (await query<{ id: number }>(fresh.database.pool, text, where.values)).map(({ id }) => id)
}

test('the database lets exactly that be seen which memory does', async () => {
  await fc.assert(
    fc.asyncProperty(scopes, async (scope) => {
      const expected = all.filter(
        (thing) =>
          seesArea(scope, thing.area) &&
          seesNetwork(scope, thing.network) &&
          seesDepartment(scope, thing.department),
      )
      expect(await seen(scope, COLUMNS)).toEqual(expected.map(({ id }) => id))
    }),
    { numRuns: 60 },
  )
})

test('what is not bounded adds nothing, and who has nothing in a respect sees nothing', async () => {
  expect(addScope(new Conditions(), WHOLE_CITY, COLUMNS).clause()).toBe('')
  const bounded = { areas: ['140802'], networks: ['north'], departments: ['roads'] }
  const none = { area: null, network: null, department: null }
  expect(addScope(new Conditions(), bounded, none).clause()).toBe('')
  for (const respect of ['areas', 'networks', 'departments']) {
    expect(await seen({ ...WHOLE_CITY, [respect]: [] }, COLUMNS)).toEqual([])
  }
})

test('a few thousand unit grids are one condition', async () => {
  const grids = Array.from({ length: 9_000 }, (_, index) => `${140_802_001_001_000 + index}`)
  const where = addScope(new Conditions(), { ...WHOLE_CITY, areas: grids }, COLUMNS)
  expect(where.values).toHaveLength(1)
  const known = await seen({ ...WHOLE_CITY, areas: grids }, COLUMNS)
  const expected = all.filter((thing) => seesArea({ areas: grids }, thing.area))
  expect(known).toEqual(expected.map(({ id }) => id))
})

test('a district is read in the order of its index', async () => {
  const { pool } = fresh.database
  await query(
    pool,
    `create table many (area text collate "C", id integer);
     insert into many select (140800 + i % 200)::text || lpad((i % 9)::text, 9, '0'), i
       from generate_series(1, 20000) i;
     create index on many (left(area, 6), id); analyze many`,
  )
  const columns = { area: 'area', network: null, department: null }
  const where = addScope(new Conditions(), { ...WHOLE_CITY, areas: ['140802'] }, columns)
  const text = `select * from many ${where.clause()} order by id limit 10`
  const plan = await planOf(fresh, { text, values: where.values })
  expect(plan).toContain('many_left_id_idx')
  expect(plan).not.toContain('Sort')
})

import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openTestApi, type TestApi } from '#tests/api/api-fixture.ts'
import { square } from '#tests/registry/registry-fixture.ts'
import { addAccount } from './accounts.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
  await api.registry.grids.create(square('140802001001001', 11_100, 3_500))
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.registry.pool.query('delete from account')
  await api.registry.pool.query('delete from department')
  await api.people.identities.refresh('all')
})

const put = (id: string, parentId: string | null, more: object = {}) =>
  api.call('PUT', `/api/v1/departments/${id}`, { name: `Department ${id}`, parentId, ...more })
const remove = (id: string) => api.call('DELETE', `/api/v1/departments/${id}`)

test('departments are added, moved, listed level by level and removed', async () => {
  expect((await put('works', null)).status).toBe(201)
  expect((await put('pumps', 'works', { contact: 'Wang, 0359-1234' })).status).toBe(201)
  expect((await put('pumps', null)).status).toBe(200)
  expect((await put('pumps', 'works', { enabled: false })).body).toEqual({
    id: 'pumps',
    name: 'Department pumps',
    parentId: 'works',
    contact: null,
    enabled: false,
  })
  const ids = async (query: string) =>
    (await api.call('GET', `/api/v1/departments${query}`)).body.items.map(
      (item: { id: string }) => item.id,
    )
  expect(await ids('')).toEqual(['pumps', 'works'])
  expect(await ids('?parentId=')).toEqual(['works'])
  expect(await ids('?parentId=works')).toEqual(['pumps'])
  expect(await ids('?enabled=true')).toEqual(['works'])
  expect((await remove('works')).body.detail).toBe(
    'the department pumps is below it: it can be disabled and not removed',
  )
  expect((await remove('pumps')).status).toBe(204)
  expect((await remove('works')).status).toBe(204)
  expect((await remove('works')).status).toBe(404)
})

test('a department stands below one that is there, and never below itself', async () => {
  await put('a', null)
  await put('b', 'a')
  await put('c', 'b')
  expect(await put('d', 'nowhere')).toMatchObject({ status: 400 })
  for (const parentId of ['a', 'b', 'c']) {
    expect(await put('a', parentId), parentId).toMatchObject({ status: 409 })
  }
  expect((await put('c', 'a')).status).toBe(200)
  expect((await put('b', 'c')).status).toBe(200)
})

test('a department that an account is of is not removed', async () => {
  await put('works', null)
  const { account } = await addAccount(api.people, ['department-head'], { departmentId: 'works' })
  expect(await remove('works')).toMatchObject({
    status: 409,
    body: { detail: `the account ${account.login} is of it: it can be disabled and not removed` },
  })
})

test('a department that cases were given to is not removed', async () => {
  await put('works', null)
  const { pool } = api.registry
  await pool.query(
    `insert into dispatch_rule (id, kind, class, area_code, department_id, updated_at, updated_by)
     values (gen_random_uuid(), null, null, null, 'works', now(), 'test')`,
  )
  expect((await remove('works')).body.detail).toMatch(/a rule of dispatch names it/)
  await pool.query('delete from dispatch_rule')
  expect((await remove('works')).status).toBe(204)
})

test('those who can be asked and given cases are known at once, and only while they can', async () => {
  await api.registry.devices.create({ id: 'terminal-7', kind: 'patrol-terminal' })
  await put('works', null)
  await put('closed', null, { enabled: false })
  const { id } = await addAccount(api.people, ['inspector'], { deviceId: 'terminal-7' })
  const { identities } = api.people
  const known = () => identities.withRole('inspector').map(({ principal }) => principal.accountId)
  expect([...identities.departments.keys()]).toEqual(['works'])
  expect(known()).toEqual([id])
  expect(identities.ofTerminal('terminal-7')).toMatchObject({ accountId: id })
  await api.call('PATCH', `/api/v1/accounts/${id}`, { enabled: false })
  expect(known()).toEqual([])
  expect(identities.ofTerminal('terminal-7')).toBeUndefined()
})

test('however departments are moved about, they are a tree, and whoever is of one sees all below', async () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const move = fc.record({
    id: fc.constantFrom(...names),
    parentId: fc.option(fc.constantFrom(...names)),
  })
  for (const id of names) await put(id, null)
  const { headers } = await addAccount(api.people, ['department-handler'], { departmentId: 'a' })
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 8 }), async (moves) => {
      for (const { id, parentId } of moves) await put(id, parentId)
      const { items } = (await api.call('GET', '/api/v1/departments')).body
      const parents = new Map<string, string | null>(
        items.map((item: { id: string; parentId: string | null }) => [item.id, item.parentId]),
      )
      const above = (id: string): string[] => {
        const path: string[] = [id]
        for (let up = parents.get(id) ?? null; up !== null; up = parents.get(up) ?? null) {
          expect(path).not.toContain(up)
          path.push(up)
        }
        return path
      }
      const below = names.filter((id) => above(id).includes('a'))
      const { scope } = (await api.call('GET', '/api/v1/session', undefined, headers)).body
      expect(scope.departments.toSorted()).toEqual(below)
    }),
    { numRuns: 15 },
  )
})

test('a duty grid is made of unit grids there are, and stays while an account has it', async () => {
  const url = '/api/v1/duty-grids/east-1'
  const missing = await api.call('PUT', url, { title: 'East', unitGrids: ['140802001001009'] })
  expect(missing).toMatchObject({
    status: 400,
    body: { detail: 'there is no unit grid 140802001001009' },
  })
  const body = { title: 'East', unitGrids: ['140802001001001', '140802001001001'] }
  expect(await api.call('PUT', url, body)).toMatchObject({
    status: 201,
    body: { code: 'east-1', title: 'East', unitGrids: ['140802001001001'] },
  })
  expect((await api.call('GET', '/api/v1/duty-grids')).body.items).toHaveLength(1)
  const { id } = await addAccount(api.people, ['inspector'], { dutyGrids: ['east-1'] })
  expect((await api.call('DELETE', url)).status).toBe(409)
  await api.call('DELETE', `/api/v1/accounts/${id}`)
  expect((await api.call('DELETE', url)).status).toBe(204)
  expect((await api.call('GET', url)).status).toBe(404)
})

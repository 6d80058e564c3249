import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestApi } from '#tests/api/api-fixture.ts'
import { addAccount } from '#tests/people/accounts.ts'
import { alpha, beta, NOWHERE, openTwoDistricts } from './two-districts.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTwoDistricts()
})
afterAll(() => api.close())

const devicesOf = async (account: { readonly headers: Record<string, string> }) => {
  const { body } = await api.call('GET', '/api/v1/devices', undefined, account.headers)
  return body.items.map(({ id }: { id: string }) => id)
}

test('an account sees what it was given: areas, duty grids, networks, or the whole city', async () => {
  const { people } = api
  const inDistrict = await addAccount(people, ['acceptor'], { areas: [beta.district] })
  expect(await devicesOf(inDistrict)).toEqual(beta.devices)
  const onDuty = await addAccount(people, ['inspector'], { dutyGrids: [alpha.dutyGrid] })
  expect(await devicesOf(onDuty)).toEqual(alpha.devices.slice(0, 2))
  const operator = await addAccount(people, ['pipe-operator'], { networks: [alpha.network] })
  expect(await devicesOf(operator)).toEqual(alpha.devices)
  expect(await devicesOf(await addAccount(people, ['pipe-operator']))).toEqual([])
  const everywhere = await addAccount(people, ['duty-officer'])
  expect(await devicesOf(everywhere)).toEqual([...alpha.devices, ...beta.devices, NOWHERE])
})

test('a handler sees the cases of the department, not those of nobody', async () => {
  await api.call('PUT', '/api/v1/departments/roads', { name: 'Roads' })
  const { headers } = await addAccount(api.people, ['department-handler'], {
    departmentId: 'roads',
  })
  const list = async () =>
    (await api.call('GET', '/api/v1/cases', undefined, headers)).body.items.map(
      ({ id }: { id: string }) => id,
    )
  expect(await list()).toEqual([])
  const { pool } = api.registry
  await pool.query("update case_record set department_id = 'roads' where id = $1", [beta.made.case])
  expect(await list()).toEqual([beta.made.case])
  const other = await api.call('GET', `/api/v1/cases/${alpha.made.case}`, undefined, headers)
  expect(other.status).toBe(404)
})

test('an administrator of a district gives nobody an account, nor itself the city', async () => {
  const bounded = await addAccount(api.people, ['administrator'], { areas: [alpha.district] })
  const url = `/api/v1/accounts/${bounded.id}`
  for (const answer of [
    await api.call('PATCH', url, { areas: [] }, bounded.headers),
    await api.call('GET', '/api/v1/accounts', undefined, bounded.headers),
    await api.call('GET', '/api/v1/audit', undefined, bounded.headers),
  ]) {
    expect(answer).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('concerns the whole city') },
    })
  }
})

test('what an account is taken away it sees no more, with the same token', async () => {
  const engineer = await addAccount(api.people, ['engineer'], {
    areas: [alpha.district, beta.district],
  })
  expect(await devicesOf(engineer)).toEqual([...alpha.devices, ...beta.devices])
  await api.call('PATCH', `/api/v1/accounts/${engineer.id}`, { areas: [beta.district] })
  expect(await devicesOf(engineer)).toEqual(beta.devices)
  await api.call('PATCH', `/api/v1/accounts/${engineer.id}`, { roles: ['integration'] })
  const answer = await api.call('GET', '/api/v1/devices', undefined, engineer.headers)
  expect(answer.status).toBe(403)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Principal } from '#model/principal.ts'
import type { TestApi } from '#tests/api/api-fixture.ts'
import { alpha, beta, inArea, inNetwork, openTwoDistricts, RULE } from './two-districts.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTwoDistricts()
})
afterAll(() => api.close())

const explained = async (scope: Principal['scope']) => {
  const { call } = await api.signIn({ roles: ['duty-officer'], scope })
  const { body } = await call('GET', `/api/v1/explain?rule=${RULE}&device=${alpha.devices[0]}`)
  return body
}

test('who sees the whole city is told of all the neighbours and both cases', async () => {
  const { obstacles, episode } = await explained({ areas: null, networks: null, departments: null })
  expect(obstacles[0]).toMatchObject({ names: [...alpha.devices, ...beta.devices], count: 6 })
  expect(episode.case.number).toBe('number of alpha')
  expect(episode.group.case.number).toBe('number of beta')
})

test.each([
  ['area', inArea(alpha)],
  ['network', inNetwork(alpha)],
])('neighbours and cases beyond the own %s are left out, and not counted', async (_name, scope) => {
  const { obstacles, episode } = await explained(scope)
  expect(obstacles[0]).toMatchObject({ names: alpha.devices, count: 3, needed: 7 })
  expect(episode.case.number).toBe('number of alpha')
  expect(episode.group.case).toBeNull()
})

test('who is bounded to departments is told of no case that is in none of them', async () => {
  const { episode } = await explained({ areas: null, networks: null, departments: ['roads'] })
  expect(episode.case).toBeNull()
  expect(episode.group.case).toBeNull()
})

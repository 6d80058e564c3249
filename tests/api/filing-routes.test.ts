import { afterAll, beforeAll, expect, test } from 'vitest'
import { FILING_CONDITIONS } from '#model/catalogue.ts'
import { DEFAULT_POLICY } from '#model/filing-policy.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api.close())

const LIST = '/api/v1/filing-conditions'
const POLICY = `${LIST}/part/missing-or-displaced/policy`

const conditionOf = async (condition: string) => {
  const { body } = await api.call('GET', LIST)
  return body.items.find((each: { condition: string }) => each.condition === condition)
}

test('every filing condition is shown with its limit, what closes it and its policy', async () => {
  const { body } = await api.call('GET', LIST)
  expect(body.items).toHaveLength(FILING_CONDITIONS.length)
  expect(await conditionOf('missing-or-displaced')).toMatchObject({
    kind: 'part',
    limit: { amount: 2, unit: 'continuous-hour' },
    closing: { zh: '恢复原位' },
    policy: DEFAULT_POLICY,
    isDefault: true,
    updatedBy: null,
  })
})

test('a policy is set for one condition and taken back', async () => {
  const own = { ...DEFAULT_POLICY, skipAcceptance: 'critical', reopenWithin_days: 7 }
  expect((await api.call('PUT', POLICY, own)).body).toEqual(own)
  expect(await conditionOf('missing-or-displaced')).toMatchObject({
    policy: own,
    isDefault: false,
    updatedBy: 'admin token',
  })
  expect(await conditionOf('rattling')).toMatchObject({ policy: DEFAULT_POLICY })
  expect((await api.call('DELETE', POLICY)).status).toBe(204)
  expect((await api.call('DELETE', POLICY)).status).toBe(404)
  expect(await conditionOf('missing-or-displaced')).toMatchObject({ isDefault: true })
})

test.each([
  [
    'a limit of nothing',
    { limits: { ...DEFAULT_POLICY.limits, accept: { amount: 0, unit: 'working-day' } } },
  ],
  [
    'a unit nobody knows',
    { limits: { ...DEFAULT_POLICY.limits, accept: { amount: 1, unit: 'moon' } } },
  ],
  ['a share of more than all', { soonShare: 1.5 }],
  ['a field that is none', { colour: 'red' }],
])('%s is refused with its place', async (_name, more) => {
  const { status, body } = await api.call('PUT', POLICY, { ...DEFAULT_POLICY, ...more })
  expect(status).toBe(400)
  expect(body.errors[0].pointer).toMatch(/^#\//)
})

test('a policy for a condition that is in no catalogue is not found', async () => {
  const { status } = await api.call(
    'PUT',
    `${LIST}/event/missing-or-displaced/policy`,
    DEFAULT_POLICY,
  )
  expect(status).toBe(404)
})

test('a dispatch rule is one for its class and area, and is changed in place', async () => {
  const rule = { kind: 'part', class: '0101', areaCode: '140802001', departmentId: 'water' }
  const first = await api.call('PUT', '/api/v1/dispatch-rules', rule)
  const again = await api.call('PUT', '/api/v1/dispatch-rules', { ...rule, departmentId: 'roads' })
  expect(again.body).toMatchObject({ id: first.body.id, departmentId: 'roads' })
  const all = { kind: null, class: null, areaCode: null, departmentId: 'water' }
  await api.call('PUT', '/api/v1/dispatch-rules', all)
  await api.call('PUT', '/api/v1/dispatch-rules', all)
  expect((await api.call('GET', '/api/v1/dispatch-rules')).body.items).toHaveLength(2)
  expect((await api.call('DELETE', `/api/v1/dispatch-rules/${first.body.id}`)).status).toBe(204)
  expect((await api.call('DELETE', `/api/v1/dispatch-rules/${first.body.id}`)).status).toBe(404)
  const wrong = { ...rule, areaCode: '1408' }
  expect((await api.call('PUT', '/api/v1/dispatch-rules', wrong)).status).toBe(400)
})

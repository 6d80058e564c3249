import { afterAll, beforeAll, expect, test } from 'vitest'
import { WHOLE_CITY } from '#model/principal.ts'
import { accountOf } from '#tests/support/case-rules.ts'
import { type Caller, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
let inspector: Caller
beforeAll(async () => {
  api = await openTestApi()
  inspector = await api.signIn({ accountId: accountOf('inspector'), roles: ['inspector'] })
})
afterAll(() => api.close())

const REPORT = {
  source: 'inspector',
  kind: 'event',
  class: '0110',
  description: '暴露垃圾',
  lon_deg: 111.006,
  lat_deg: 35.022,
}
const report = (more: object = {}, caller = inspector) =>
  caller.call('POST', '/api/v1/reports', { ...REPORT, ...more })

test('a report opens a case, and the next one about the same joins it', async () => {
  const first = await report()
  expect(first).toMatchObject({
    status: 201,
    body: { isNew: true, case: { state: 'reported', source: 'inspector', title: '暴露生活垃圾' } },
  })
  const again = await report({ lon_deg: 111.0061 })
  expect(again.body).toMatchObject({ isNew: false, case: { id: first.body.case.id, joined: 1 } })
})

test.each([
  ['half a place', { lat_deg: undefined }, /come together/],
  ['a class of no catalogue', { class: '9999' }, /no class 9999/],
  [
    'a condition of something else',
    { condition: 'rattling' },
    /no filing condition rattling of a event/,
  ],
  ['a part that is none', { kind: 'part', class: '0101', partId: '12' }, /partId/],
  ['blanks for words', { description: '   ' }, /description/],
  ['a time that is none', { observedAt: 'noon' }, /observedAt/],
])('%s is refused with the reason', async (_name, more, reason) => {
  const { status, text } = await report(more)
  expect(status).toBe(400)
  expect(text).toMatch(reason)
})

test('nobody reports as somebody else does', async () => {
  const program = await api.signIn({ roles: ['integration'] })
  expect((await report({ source: 'inspector' }, program)).status).toBe(403)
  expect((await report({ source: 'hotline' }, program)).status).toBe(201)
  const { text } = await report({ source: 'leader' })
  expect(text).toContain('duty-officer')
})

test('what a report joins beyond the sight of its reporter is not shown', async () => {
  const scope = { ...WHOLE_CITY, areas: ['140803'] }
  const elsewhere = await api.signIn({ roles: ['inspector'], scope })
  const { status, body } = await report({}, elsewhere)
  expect(status).toBe(201)
  expect(body).toMatchObject({ isNew: false, case: null })
})

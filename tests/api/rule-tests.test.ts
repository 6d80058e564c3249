import { afterAll, beforeAll, expect, test } from 'vitest'
import { tiltRule } from '#tests/support/rule-language.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

const RULE = '/api/v1/rules/cover-askew'
const SHIPPED = `rule: cover-askew
tests:
  - name: a cover that lies flat opens nothing
    interval: 1m
    series: { tilt_deg: 1x5 }
    episodes: []
`
const OWN = `${SHIPPED}  - name: a cover on its edge is told at once
    interval: 1m
    series: { tilt_deg: 1x2 80x2 }
    episodes: [{ startedAt: 3m, confirmedAt: 3m }]
`

let api: TestApi
beforeAll(async () => {
  api = await openTestApi(
    {},
    {
      ruleTests: [
        { name: 'cover-askew.test.yaml', text: SHIPPED },
        { name: 'broken.test.yaml', text: 'rule: [' },
      ],
    },
  )
  await api.call('PUT', RULE, { document: tiltRule(15) })
})
afterAll(() => api.close())

test('tests that came along stand beside their rule until the city has its own', async () => {
  const path = `${RULE}/tests`
  expect((await api.call('GET', path)).body).toMatchObject({
    document: SHIPPED,
    origin: 'library',
    revision: 0,
    author: null,
  })
  const own = await api.call('PUT', path, { document: OWN, ifRevision: 0 })
  expect(own.body).toMatchObject({ document: OWN, origin: 'city', revision: 1, author: 'admin' })
  const late = await api.call('PUT', path, { document: `${OWN}# late\n`, ifRevision: 0 })
  expect(late).toMatchObject({ status: 409 })
  const strange = OWN.replace('rule: cover-askew', 'rule: another')
  expect(await api.call('PUT', path, { document: strange })).toMatchObject({
    status: 400,
    body: { detail: 'tests: they are of the rule another, not of cover-askew' },
  })
  const { body } = await api.call('GET', `${RULE}/changes?limit=1`)
  expect(body.items).toMatchObject([{ action: 'tests-changed', version: 1 }])
  const back = await api.call('PUT', path, { document: SHIPPED, ifRevision: 1 })
  expect(back.body).toMatchObject({ origin: 'library', revision: 0 })
  expect(await api.call('GET', '/api/v1/rules/nothing/tests')).toMatchObject({ status: 404 })
})

test('tests are run against a document that nobody has published', async () => {
  const run = (document: string, tests: string) =>
    api.call('POST', '/api/v1/rules/test', { document, tests })
  const { body } = await run(tiltRule(15), OWN)
  expect(body.results).toEqual([
    { name: 'a cover that lies flat opens nothing', passed: true, fault: null },
    {
      name: 'a cover on its edge is told at once',
      passed: false,
      fault: expect.stringMatching(/^expected .*3m.*\nfound .*2m/),
    },
  ])
  const wrong = await run(tiltRule(15).replace('tilt_deg >', 'tilt_degrees >'), OWN)
  expect(wrong).toMatchObject({ status: 400, body: { errors: [{ line: 7, column: 7 }] } })
  expect(await run(tiltRule(15), 'rule: [')).toMatchObject({ status: 400 })
})

test('whoever writes a rule is told what it is made of', async () => {
  const { body } = await api.call('GET', '/api/v1/rule-language')
  expect(body.ruleSchema.properties.hold).toMatchObject({ type: 'string' })
  expect(body.testSchema.properties.rule).toMatchObject({ type: 'string' })
  expect(body.schedules).toContainEqual({ id: 'nights', title: { en: 'nights', zh: '夜间' } })
})

test('every fault of a document is told with its line', async () => {
  const document = tiltRule(15)
    .replace('severity: warning', 'severity: dire\ncolour: red')
    .replace('kind: manhole-cover', 'kind: lamp')
  const { body } = await api.call('POST', '/api/v1/rules/check', { document })
  const lines = body.faults.map(({ line }: { line?: number }) => line)
  expect(new Set(lines)).toEqual(new Set([3, 8, 9]))
  expect(body.faults.map(({ detail }: { detail: string }) => detail)).toContain(
    '/colour is no part of a rule',
  )
  const level = tiltRule(15).replace(
    'outcome:',
    'levels:\n  - { when: tilt_deg > 40.0 && lid > 2.0, severity: critical }\noutcome:',
  )
  const nested = await api.call('POST', '/api/v1/rules/check', { document: level })
  expect(nested.body.faults).toMatchObject([{ line: 10, column: 32 }])
})

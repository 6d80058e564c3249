import { afterAll, beforeAll, expect, test } from 'vitest'
import { tiltRule } from '#tests/support/rule-language.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

const RULE = '/api/v1/rules/cover-askew'
const yaml = { 'content-type': 'text/yaml' }

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
  await api.registry.devices.create({ id: 'cover-1', kind: 'manhole-cover', group: 'east' })
  await api.registry.devices.create({ id: 'bin-1', kind: 'bin-sensor' })
})
afterAll(() => api.close())

test('a rule is written as YAML, read back as it was written, and changed as JSON', async () => {
  const made = await api.call('PUT', `${RULE}?author=Li%20Wei&ifVersion=0`, tiltRule(15), yaml)
  expect(made).toMatchObject({ status: 201, headers: { location: RULE } })
  expect(made.body).toMatchObject({
    id: 'cover-askew',
    version: 1,
    origin: 'city',
    author: 'Li Wei',
    enabled: true,
    document: tiltRule(15),
    parsed: {
      kinds: ['manhole-cover'],
      params: { angle_deg: { type: 'number', unit: 'deg', default: 15, min: 1, max: 90 } },
    },
  })
  expect((await api.call('GET', RULE)).body).toEqual(made.body)
  const edit = { document: tiltRule(16), note: 'too many', ifVersion: 1 }
  const changed = await api.call('PUT', RULE, edit)
  expect(changed).toMatchObject({ status: 200, body: { version: 2, author: 'admin' } })
  expect(await api.call('PUT', RULE, edit)).toMatchObject({ status: 409 })
  const again = await api.call('PUT', RULE, { document: tiltRule(16) })
  expect(again).toMatchObject({ status: 200, body: { version: 2 } })
})

test('rules are listed by what they are and what is in force', async () => {
  const { body } = await api.call('GET', '/api/v1/rules')
  expect(body.items).toEqual([
    {
      id: 'cover-askew',
      title: { en: 'cover askew', zh: '井盖倾斜' },
      kinds: ['manhole-cover'],
      severity: 'warning',
      version: 2,
      enabled: true,
      origin: 'city',
      newestVersion: 2,
      waitingVersion: null,
      fault: null,
      lastChange: { author: 'admin', at: expect.any(String) },
    },
  ])
})

test('versions are kept, and an older one is put in force again', async () => {
  const list = await api.call('GET', `${RULE}/versions`)
  expect(list.body.items.map(({ version }: { version: number }) => version)).toEqual([2, 1])
  const first = await api.call('GET', `${RULE}/versions/1`)
  expect(first.body).toMatchObject({ document: tiltRule(15), note: null })
  expect(await api.call('GET', `${RULE}/versions/3`)).toMatchObject({ status: 404 })
  expect(await api.call('GET', `${RULE}/versions/x`)).toMatchObject({ status: 400 })
  const back = await api.call('POST', `${RULE}/rollback`, { version: 1, note: 'was better' })
  expect(back.body).toMatchObject({ version: 1, newestVersion: 2, document: tiltRule(15) })
})

test('a rule is disabled and enabled again; nothing takes it away', async () => {
  expect((await api.call('POST', `${RULE}/disable`)).body).toMatchObject({ enabled: false })
  const enabled = await api.call('POST', `${RULE}/enable`, { author: 'Zhang', ifVersion: 1 })
  expect(enabled.body).toMatchObject({ enabled: true })
  expect(await api.call('POST', `${RULE}/enable`, { ifVersion: 2 })).toMatchObject({ status: 409 })
  expect(await api.call('DELETE', RULE)).toMatchObject({ status: 404 })
  const { body } = await api.call('GET', `${RULE}/changes?limit=3`)
  expect(body.items).toMatchObject([
    { action: 'enabled', author: 'Zhang' },
    { action: 'disabled', author: 'admin' },
    { action: 'rolled-back', note: 'was better', detail: { from: 2 } },
  ])
})

test('a document is checked without being kept', async () => {
  const right = await api.call('POST', '/api/v1/rules/check', tiltRule(70), yaml)
  expect(right.body).toMatchObject({ right: true, faults: [], parsed: { id: 'cover-askew' } })
  const misspelt = tiltRule(70).replace('tilt_deg', 'tilt_degree')
  const wrong = await api.call('POST', '/api/v1/rules/check', { document: misspelt })
  expect(wrong.body).toMatchObject({ right: false, parsed: null })
  expect(wrong.body.faults[0]).toMatchObject({
    detail: expect.stringMatching(/tilt_degree/),
    code: 'unknown-channel-near',
    params: { kind: 'manhole-cover', channel: 'tilt_degree', nearest: 'tilt_deg', position: 1 },
  })
  const broken = await api.call('POST', '/api/v1/rules/check', 'id: a\nkind: [b\n', yaml)
  expect(broken.body.faults[0]).toMatchObject({ line: 3, column: 1 })
  expect((await api.call('GET', RULE)).body.version).toBe(1)
})

test.each([
  ['that is no rule', 'id: cover-askew', yaml, 400, /kind/],
  ['of another rule', tiltRule(15, { id: 'other' }), yaml, 400, /of the rule other/],
  ['longer than any rule', '#'.repeat(65_537), yaml, 413, /too large/],
  ['longer than any rule, in JSON', { document: '#'.repeat(65_530) }, {}, 413, /too large/],
  ['of nothing', '', yaml, 400, /./],
  ['as plain text', tiltRule(15), { 'content-type': 'text/plain' }, 415, /Media Type/],
  ['beside a word nobody knows', { document: tiltRule(15), who: 'me' }, {}, 400, /who/],
] as const)(
  'a document %s is refused with the reason',
  async (_name, body, headers, status, why) => {
    const answer = await api.call('PUT', RULE, body, headers)
    expect(answer.status).toBe(status)
    expect(answer.body.detail).toMatch(why)
    expect((await api.call('GET', RULE)).body.newestVersion).toBe(2)
  },
)

test('YAML is taken only where a rule is meant', async () => {
  expect(await api.call('POST', '/api/v1/devices', 'id: a', yaml)).toMatchObject({ status: 415 })
})

test('a parameter has another value for a group and another for one device', async () => {
  const path = `${RULE}/overrides`
  const group = { param: 'angle_deg', scope: 'group', key: 'east', value: 20, author: 'Li Wei' }
  expect(await api.call('PUT', path, group)).toMatchObject({ status: 200 })
  const effective = `${RULE}/effective?device=cover-1`
  expect((await api.call('GET', effective)).body).toEqual({
    ruleId: 'cover-askew',
    version: 1,
    deviceId: 'cover-1',
    params: { angle_deg: { value: 20, unit: 'deg', scope: 'group', key: 'east' } },
  })
  const device = { param: 'angle_deg', scope: 'device', key: 'cover-1', value: 33.5 }
  const both = await api.call('PUT', path, device)
  expect(both.body.items).toMatchObject([device, { scope: 'group', author: 'Li Wei', fault: null }])
  expect((await api.call('GET', effective)).body.params.angle_deg.value).toBe(33.5)
  const gone = await api.call('DELETE', `${path}?param=angle_deg&scope=device&key=cover-1`)
  expect(gone.body.items).toMatchObject([{ scope: 'group' }])
  expect((await api.call('GET', path)).body).toEqual(gone.body)
  expect(
    await api.call('DELETE', `${path}?param=angle_deg&scope=device&key=cover-1`),
  ).toMatchObject({ status: 404 })
})

test.each([
  [{ param: 'depth_mm', scope: 'device', key: 'cover-1', value: 3 }, /no parameter depth_mm/],
  [{ param: 'angle_deg', scope: 'device', key: 'cover-1', value: '3' }, /is a number/],
  [{ param: 'angle_deg', scope: 'device', key: 'cover-1', value: 99 }, /at most 90/],
  [{ param: 'angle_deg', scope: 'street', key: '140802', value: 9 }, /9 digits/],
  [{ param: 'angle_deg', scope: 'planet', key: 'earth', value: 9 }, /scope/],
  [{ param: 'angle_deg', scope: 'device', key: 'cover-1', value: null }, /value/],
])('the override %j is refused', async (override, why) => {
  const answer = await api.call('PUT', `${RULE}/overrides`, override)
  expect(answer.status).toBe(400)
  expect(answer.body.detail).toMatch(why)
})

test('values in force are told only of devices there are and the rule is for', async () => {
  const of = async (device: string) =>
    (await api.call('GET', `${RULE}/effective?device=${device}`)).status
  expect(await of('cover-9')).toBe(404)
  expect(await of('bin-1')).toBe(400)
  expect(await of('')).toBe(400)
  expect((await api.call('GET', '/api/v1/rules/other/effective?device=cover-1')).status).toBe(404)
})

test.each([
  ['GET', '/api/v1/rules/other', undefined],
  ['GET', '/api/v1/rules/other/versions', undefined],
  ['GET', '/api/v1/rules/other/overrides', undefined],
  ['GET', '/api/v1/rules/other/changes', undefined],
  ['POST', '/api/v1/rules/other/rollback', { version: 1 }],
  ['POST', '/api/v1/rules/other/disable', undefined],
] as const)('%s %s is not found', async (method, url, body) => {
  expect((await api.call(method, url, body)).status).toBe(404)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { NewAccount } from '#api/routes/account-routes.ts'
import { ROLES, type Role } from '#model/role.ts'
import { openTestApi, type TestApi } from '#tests/api/api-fixture.ts'
import { square } from '#tests/registry/registry-fixture.ts'
import { addAccount } from './accounts.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
  await api.registry.grids.create(square('140802001001001', 11_100, 3_500))
  await api.registry.grids.create(square('140802001001002', 11_101, 3_500))
  await api.registry.devices.create({ id: 'terminal-1', kind: 'patrol-terminal' })
  for (const [id, parentId] of [
    ['works', null],
    ['drainage', 'works'],
    ['pumps', 'drainage'],
    ['parks', null],
  ] as const) {
    await api.call('PUT', `/api/v1/departments/${id}`, { name: id, parentId })
  }
  await api.call('PUT', '/api/v1/duty-grids/d-1', {
    title: 'One',
    unitGrids: ['140802001001001', '140802001001002'],
  })
})
afterAll(() => api.close())

const post = (body: object) => api.call('POST', '/api/v1/accounts', body)
const person = { login: 'lin.mei', name: '林梅', roles: ['inspector'] }

test('an account is added, shown, listed, changed and removed', async () => {
  const added = await post({ ...person, login: ' Lin.Mei'.trim(), email: 'lin@city.example' })
  expect(added.status).toBe(201)
  const { id } = added.body
  expect(added.body).toMatchObject({
    login: 'lin.mei',
    name: '林梅',
    departmentId: null,
    areas: [],
    enabled: true,
    hasPassword: false,
    mustChangePassword: false,
    lockedUntil: null,
  })
  expect((await api.call('GET', `/api/v1/accounts/${id}`)).body).toEqual(added.body)
  const find = async (query: string) =>
    (await api.call('GET', `/api/v1/accounts?${query}`)).body.items.map(
      (item: { login: string }) => item.login,
    )
  expect(await find('role=inspector')).toEqual(['lin.mei'])
  expect(await find(`text=${encodeURIComponent('林')}`)).toEqual(['lin.mei'])
  expect(await find('text=CITY.EXAMPLE')).toEqual(['lin.mei'])
  expect(await find('enabled=false')).toEqual([])
  const changed = await api.call('PATCH', `/api/v1/accounts/${id}`, {
    areas: ['140802', '140802'],
    dutyGrids: ['d-1'],
    deviceId: 'terminal-1',
  })
  expect(changed.body).toMatchObject({ areas: ['140802'], dutyGrids: ['d-1'], name: '林梅' })
  expect((await api.call('DELETE', `/api/v1/accounts/${id}`)).status).toBe(204)
  expect((await api.call('GET', `/api/v1/accounts/${id}`)).status).toBe(404)
  const { items } = await api.people.audit.list({ limit: 9, objectId: id })
  expect(items.map(({ action }) => action)).toEqual([
    'account.removed',
    'account.changed',
    'account.added',
  ])
  expect(items[1]?.detail).toEqual({
    areas: { from: [], to: ['140802'] },
    dutyGrids: { from: [], to: ['d-1'] },
    deviceId: { from: null, to: 'terminal-1' },
  })
})

test.each([
  ['no role', { roles: [] }, /fewer than 1|must NOT have/],
  ['a role there is not', { roles: ['king'] }, /must be one of/],
  ['roles of both sides', { roles: ['dispatcher', 'department-head'] }, /not both/],
  ['an integration with another role', { roles: ['integration', 'engineer'] }, /no other role/],
  ['a department role without a department', { roles: ['department-head'] }, /needs a department/],
  [
    'a department there is not',
    { roles: ['department-head'], departmentId: 'x' },
    /no department x/,
  ],
  ['a duty grid there is not', { dutyGrids: ['d-9'] }, /no duty grid d-9/],
  ['a terminal there is not', { deviceId: 'terminal-9' }, /no device terminal-9/],
  ['a terminal of no inspector', { roles: ['acceptor'], deviceId: 'terminal-1' }, /inspector/],
  ['an area that is no code', { areas: ['1408'] }, /must match/],
  ['a login with a space', { login: 'lin mei' }, /must match/],
  ['an email address that is none', { email: 'lin' }, /must match/],
  ['a text that cannot be stored', { name: 'a\u0000b' }, /NUL/],
  ['a field there is not', { admin: true }, /additional|admin/],
])('an account with %s is refused', async (_name, change, sentence) => {
  const { status, body } = await post({ ...person, login: 'someone', ...change })
  expect(status).toBe(400)
  expect(body.detail).toMatch(sentence)
})

test('login, email address and terminal are of one account each, however they are written', async () => {
  const first = { ...person, login: 'first', email: 'One@city.example', deviceId: 'terminal-1' }
  expect((await post(first)).status).toBe(201)
  const conflict = async (change: object) => {
    const { status, body } = await post({ ...person, login: 'second', ...change })
    expect(status).toBe(409)
    return body.detail
  }
  expect(await conflict({ login: 'FIRST' })).toMatch(/login/)
  expect(await conflict({ login: 'ﬁrst' })).toMatch(/login/)
  expect(await conflict({ email: 'one@CITY.example' })).toMatch(/email/)
  expect(await conflict({ deviceId: 'terminal-1' })).toMatch(/terminal/)
})

test('a list of accounts is read page by page', async () => {
  for (let count = 0; count < 5; count += 1) await addAccount(api.people, ['pipe-operator'])
  const seen: string[] = []
  let after = ''
  do {
    const { body } = await api.call('GET', `/api/v1/accounts?role=pipe-operator&limit=2${after}`)
    seen.push(...body.items.map((item: { login: string }) => item.login))
    after = body.next === null ? '' : `&after=${body.next}`
  } while (after !== '')
  expect(seen).toHaveLength(5)
  expect(seen).toEqual(seen.toSorted())
})

test('the last administrator who is enabled stays one', async () => {
  const one = await addAccount(api.people, ['administrator'])
  const two = await addAccount(api.people, ['administrator', 'engineer'])
  const asOne = (method: 'PATCH' | 'DELETE', id: string, body?: object) =>
    api.call(method, `/api/v1/accounts/${id}`, body, one.headers)
  expect((await asOne('PATCH', two.id, { roles: ['engineer'] })).status).toBe(200)
  const changes = [
    { roles: ['engineer'] },
    { enabled: false },
    { areas: ['140802'] },
    { networks: ['east'] },
    { roles: ['administrator', 'pipe-operator'] },
  ]
  for (const body of changes) {
    const { status, body: problem } = await asOne('PATCH', one.id, body)
    expect({ status, detail: problem.detail }).toEqual({
      status: 409,
      detail: 'this is the last administrator who is enabled: add another first',
    })
  }
  expect((await asOne('DELETE', one.id)).status).toBe(409)
  expect((await api.call('DELETE', `/api/v1/accounts/${one.id}`)).status).toBe(409)
  expect((await asOne('PATCH', two.id, { roles: ['administrator'] })).status).toBe(200)
  // Both go at once: one of them stays.
  const gone = await Promise.all([
    api.call('DELETE', `/api/v1/accounts/${one.id}`),
    api.call('DELETE', `/api/v1/accounts/${two.id}`),
  ])
  expect(gone.map(({ status }) => status).sort((a, b) => a - b)).toEqual([204, 409])
})

test('an administrator of a part of the city looks after no people', async () => {
  for (const bounds of [{ areas: ['140802'] }, { networks: ['east'] }]) {
    const { id, headers } = await addAccount(api.people, ['administrator'], bounds)
    const url = `/api/v1/accounts/${id}`
    const widened = await api.call('PATCH', url, { areas: [], networks: [] }, headers)
    expect(widened).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    expect((await api.call('GET', '/api/v1/audit', undefined, headers)).status).toBe(403)
    expect((await api.call('DELETE', url)).status).toBe(204)
  }
})

test.each(ROLES.filter((role) => role !== 'administrator'))(
  'an account that is only %s manages no people and reads no audit log',
  async (role) => {
    const more = role.startsWith('department') ? { departmentId: 'works' } : {}
    const { id, headers } = await addAccount(api.people, [role], more)
    const tries = [
      ['GET', '/api/v1/accounts', undefined],
      ['POST', '/api/v1/accounts', { ...person, login: 'friend', roles: ['administrator'] }],
      ['PATCH', `/api/v1/accounts/${id}`, { roles: ['administrator'] }],
      ['POST', `/api/v1/accounts/${id}/password`, { password: 'x'.repeat(20) }],
      ['POST', `/api/v1/accounts/${id}/tokens`, { label: 'x' }],
      ['GET', '/api/v1/audit', undefined],
      ['PUT', '/api/v1/departments/mine', { name: 'Mine' }],
      ['DELETE', '/api/v1/departments/parks', undefined],
      ['PUT', '/api/v1/duty-grids/d-1', { title: 'All', unitGrids: [] }],
    ] as const
    for (const [method, url, body] of tries) {
      const { status } = await api.call(method, url, body, headers)
      expect(status, `${method} ${url}`).toBe(403)
    }
  },
)

const scopeOf = async (headers: Record<string, string>) =>
  (await api.call('GET', '/api/v1/session', undefined, headers)).body.scope

const all = { areas: null, networks: null, departments: null }
const grids = ['140802001001001', '140802001001002']

const SCOPES: readonly (readonly [string, readonly Role[], Partial<NewAccount>, object])[] = [
  ['nothing stated', ['inspector'], {}, all],
  ['a street', ['inspector'], { areas: ['140802001'] }, { ...all, areas: ['140802001'] }],
  ['a duty grid', ['inspector'], { dutyGrids: ['d-1'] }, { ...all, areas: grids }],
  [
    'both',
    ['acceptor'],
    { areas: ['140803'], dutyGrids: ['d-1'] },
    { ...all, areas: ['140803', ...grids] },
  ],
  [
    'a department with others below it',
    ['department-handler'],
    { departmentId: 'works' },
    { ...all, departments: ['works', 'drainage', 'pumps'] },
  ],
  [
    'a department at the bottom',
    ['department-head'],
    { departmentId: 'pumps' },
    { ...all, departments: ['pumps'] },
  ],
  ['a department that is only noted', ['engineer'], { departmentId: 'works' }, all],
  ['no network', ['pipe-operator'], {}, { ...all, networks: [] }],
  ['a network', ['pipe-operator'], { networks: ['east'] }, { ...all, networks: ['east'] }],
  [
    'a network for an engineer',
    ['engineer'],
    { networks: ['east'] },
    { ...all, networks: ['east'] },
  ],
]

test.each(SCOPES)('with %s an account of %j sees its part', async (_name, roles, more, scope) => {
  const { headers } = await addAccount(api.people, roles, more)
  expect(await scopeOf(headers)).toEqual(scope)
})

test('what an account sees follows its duty grids and departments at once', async () => {
  await api.call('PUT', '/api/v1/duty-grids/d-2', { title: 'Two', unitGrids: grids })
  const inspector = await addAccount(api.people, ['inspector'], { dutyGrids: ['d-2'] })
  await api.call('PUT', '/api/v1/duty-grids/d-2', { title: 'Two', unitGrids: grids.slice(1) })
  expect((await scopeOf(inspector.headers)).areas).toEqual(grids.slice(1))
  await api.call('PUT', '/api/v1/duty-grids/d-2', { title: 'Two', unitGrids: [] })
  expect((await scopeOf(inspector.headers)).areas).toEqual([])
  const head = await addAccount(api.people, ['department-head'], { departmentId: 'parks' })
  await api.call('PUT', '/api/v1/departments/pumps', { name: 'pumps', parentId: 'parks' })
  expect((await scopeOf(head.headers)).departments).toEqual(['parks', 'pumps'])
  await api.call('PUT', '/api/v1/departments/pumps', { name: 'pumps', parentId: 'drainage' })
  expect((await scopeOf(head.headers)).departments).toEqual(['parks'])
})

test('the roles are told with what they are called and on which side they stand', async () => {
  const { body } = await api.call('GET', '/api/v1/roles')
  expect(body.items).toHaveLength(ROLES.length)
  expect(body.items[0]).toEqual({
    id: 'inspector',
    title: { en: 'inspector', zh: '监督员' },
    side: 'supervision',
    routes: expect.arrayContaining(['GET /api/v1/cases', 'POST /api/v1/reports']),
  })
  expect(body.items[0].routes).not.toContain('GET /api/v1/accounts')
})

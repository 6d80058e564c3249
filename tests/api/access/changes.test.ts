import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller, TestApi } from '#tests/api/api-fixture.ts'
import { alpha, beta, inArea, inNetwork, openTwoDistricts, RULE, trialOf } from './two-districts.ts'

let api: TestApi
let engineer: Caller
beforeAll(async () => {
  api = await openTwoDistricts()
  engineer = await api.signIn({ roles: ['engineer'], scope: inArea(alpha) })
})
afterAll(() => api.close())

const cover = (id: string, more: object = {}) => ({ id, kind: 'manhole-cover', ...more })

test('an engineer of a district sets devices up in it and nowhere else', async () => {
  const { call } = engineer
  const made = await call('POST', '/api/v1/devices', cover('own', alpha.place))
  expect(made).toMatchObject({ status: 201, body: { gridCode: alpha.grid.code } })
  for (const elsewhere of [beta.place, {}]) {
    expect(await call('POST', '/api/v1/devices', cover('other', elsewhere))).toMatchObject({
      status: 403,
      body: {
        code: 'forbidden',
        detail: 'the device other would lie beyond the areas and networks of the account',
      },
    })
  }
  expect((await api.call('GET', '/api/v1/devices/other')).status).toBe(404)

  const moved = await call('PATCH', '/api/v1/devices/own', beta.place)
  expect(moved).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  const kept = await call('GET', '/api/v1/devices/own')
  expect(kept.body.gridCode).toBe(alpha.grid.code)
  expect((await call('DELETE', '/api/v1/devices/own')).status).toBe(204)
})

test('a part of elsewhere cannot be put under a device: it is not known', async () => {
  const refused = await engineer.call(
    'POST',
    '/api/v1/devices',
    cover('on-part', { ...alpha.place, partId: beta.parts[0] }),
  )
  const unknown = await engineer.call(
    'POST',
    '/api/v1/devices',
    cover('on-part', { ...alpha.place, partId: '1408030101999999' }),
  )
  expect(refused.status).toBe(400)
  const words = refused.text.replaceAll(beta.parts[0] as string, '1408030101999999')
  expect(words).toBe(unknown.text)
})

test('an identity that is taken elsewhere is a conflict, and nothing more is said of it', async () => {
  const [id] = beta.devices
  const answer = await engineer.call('POST', '/api/v1/devices', cover(id as string, alpha.place))
  expect(answer).toMatchObject({
    status: 409,
    body: { detail: `a device ${id} is registered already` },
  })
})

test('an operator of a network gives a device no other one', async () => {
  const { call } = await api.signIn({ roles: ['engineer'], scope: inNetwork(alpha) })
  const url = '/api/v1/devices/of-network'
  const made = cover('of-network', { group: alpha.network })
  expect((await call('POST', '/api/v1/devices', made)).status).toBe(201)
  for (const group of [beta.network, null]) {
    expect(await call('PATCH', url, { group })).toMatchObject({ status: 403 })
  }
  expect((await call('DELETE', url)).status).toBe(204)
})

test('a part stays where its engineer sees it', async () => {
  const { call } = engineer
  const part = { id: '1408020102000001', name: 'drain', ...alpha.place }
  expect((await call('POST', '/api/v1/parts', part)).status).toBe(201)
  const url = `/api/v1/parts/${part.id}`
  expect((await call('PATCH', url, beta.place)).status).toBe(403)
  const elsewhere = { id: '1408030102000001', name: 'drain' }
  expect((await call('POST', '/api/v1/parts', elsewhere)).status).toBe(403)
  // A device that lies elsewhere may sit on it, and is not named.
  await api.call('POST', '/api/v1/devices', cover('astray', { ...beta.place, partId: part.id }))
  expect(await call('DELETE', url)).toMatchObject({
    status: 409,
    body: { detail: `a device sits on the part ${part.id}` },
  })
  await api.call('DELETE', '/api/v1/devices/astray')
  expect((await call('DELETE', url)).status).toBe(204)
})

const CSV = { 'content-type': 'text/csv' }

test('rows of a file about what lies elsewhere are refused one by one', async () => {
  const { lon_deg, lat_deg } = alpha.place
  const [taken] = beta.devices
  const file = [
    'id,kind,lon_deg,lat_deg,partId',
    `row-own,manhole-cover,${lon_deg},${lat_deg},`,
    `row-elsewhere,manhole-cover,${beta.place.lon_deg},${beta.place.lat_deg},`,
    // It is a cover, and nothing is said of that.
    `${taken},bin-sensor,${lon_deg},${lat_deg},`,
    `row-part,manhole-cover,${lon_deg},${lat_deg},${beta.parts[0]}`,
  ].join('\n')
  const url = '/api/v1/imports/devices?partial=true'
  const { status, body } = await engineer.call('POST', url, file, CSV)
  expect(status).toBe(200)
  expect(body).toMatchObject({ committed: true, accepted: 1, rejected: 3 })
  const reasons = body.rows.map((row: { id: string; reasons: { code: string }[] }) => [
    row.id,
    ...row.reasons.map(({ code }) => code),
  ])
  expect(reasons).toEqual([
    ['row-elsewhere', 'beyond-scope'],
    [taken, 'beyond-scope'],
    ['row-part', 'unknown-part'],
  ])
  const before = await api.call('GET', `/api/v1/devices/${taken}`)
  expect(before.body).toMatchObject({ kind: 'manhole-cover', gridCode: beta.grid.code })
})

test('parts of a file are as bounded', async () => {
  const file = `id,name\n${alpha.parts[0]},renamed\n${beta.parts[0]},renamed\n1408030103000001,new\n`
  const url = '/api/v1/imports/parts?partial=true'
  const { body } = await engineer.call('POST', url, file, CSV)
  expect(body).toMatchObject({ accepted: 1, rejected: 2 })
  expect((await api.call('GET', `/api/v1/parts/${beta.parts[0]}`)).body.name).not.toBe('renamed')
  expect((await api.call('GET', '/api/v1/parts/1408030103000001')).status).toBe(404)
})

test('parameters are set for devices and places of the district alone', async () => {
  const url = `/api/v1/rules/${RULE}/overrides`
  const set = (scope: string, key: string | undefined) =>
    engineer.call('PUT', url, { param: 'angle_deg', scope, key, value: 31 })
  for (const [scope, key] of [
    ['device', alpha.devices[1]],
    ['grid', alpha.grid.code],
    ['street', alpha.grid.code.slice(0, 9)],
    ['district', alpha.district],
  ] as const) {
    expect((await set(scope, key)).status, scope).toBe(200)
  }
  for (const [scope, key] of [
    ['device', beta.devices[1]],
    ['device', 'no-such-device'],
    ['grid', beta.grid.code],
    ['district', beta.district],
    // These reach beyond the district.
    ['group', alpha.network],
    ['partClass', '0101'],
  ] as const) {
    expect(await set(scope, key), scope).toMatchObject({ status: 403 })
  }
  const gone = (key: string | undefined) =>
    engineer.call('DELETE', `${url}?param=angle_deg&scope=device&key=${key}`)
  const [elsewhere, nowhere] = [await gone(beta.devices[0]), await gone('no-such-device')]
  expect(elsewhere.status).toBe(404)
  expect(elsewhere.text.replaceAll(beta.devices[0] as string, 'no-such-device')).toBe(nowhere.text)
  const { body } = await api.call('GET', url)
  expect(JSON.stringify(body)).toContain(`"key":"${beta.devices[0]}"`)
})

test('a trial is on the devices of the district, whatever it asks for', async () => {
  const everything = { ...trialOf(alpha), where: {} }
  const { body, status } = await engineer.call('POST', '/api/v1/backtests', everything)
  expect(status).toBe(202)
  const report = async () => (await engineer.call('GET', `/api/v1/backtests/${body.id}`)).body
  await expect.poll(async () => (await report()).state).toBe('done')
  const own = await engineer.call('GET', '/api/v1/devices')
  expect((await report()).report.devices).toBe(own.body.items.length)
  const refused = await engineer.call('POST', '/api/v1/backtests', trialOf(beta))
  const unknown = { ...trialOf(beta), where: { device: 'nobody' } }
  const absent = await engineer.call('POST', '/api/v1/backtests', unknown)
  expect(refused).toMatchObject({ status: 400 })
  expect(refused.text).toBe(absent.text)
  // Who sees the whole city sees its trial, who sees a part of the district does not.
  expect((await api.call('GET', `/api/v1/backtests/${body.id}`)).status).toBe(200)
  const scope = { ...inArea(alpha), areas: [alpha.grid.code] }
  const narrower = await api.signIn({ roles: ['engineer'], scope })
  expect((await narrower.call('GET', `/api/v1/backtests/${body.id}`)).status).toBe(404)
})

test('waiting messages of elsewhere are not run again', async () => {
  const { body } = await engineer.call('POST', '/api/v1/quarantine/replay', {})
  expect(body).toMatchObject({ replayed: 3 })
  expect(api.replayed.map(({ deviceId }) => deviceId).toSorted()).toEqual(alpha.devices)
})

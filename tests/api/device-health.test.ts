import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alpha, beta, inArea, NOWHERE, openTwoDistricts } from './access/two-districts.ts'
import type { TestApi } from './api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTwoDistricts()
})
afterAll(() => api.close())

const health = async (query: string) =>
  (await api.call('GET', `/api/v1/device-health${query}`)).body
const idsOf = ({ items }: { items: readonly { deviceId: string }[] }) =>
  items.map(({ deviceId }) => deviceId)

describe('how devices do', () => {
  test('is told by id and page by page, with how many have which trouble', async () => {
    const first = await health('?limit=4')
    expect(idsOf(first)).toEqual([...alpha.devices, beta.devices[0]])
    expect(first).toMatchObject({
      devices: 7,
      counts: { wrong: 6, refused: 6, never: 1, 'low-battery': 0, disabled: 0 },
    })
    const second = await health(`?limit=4&after=${first.next}`)
    expect(idsOf(second)).toEqual([...beta.devices.slice(1), NOWHERE])
    expect(second.next).toBeNull()
    expect(second.items.at(-1)).toMatchObject({
      receivedAt: null,
      lag_s: null,
      refused: 0,
      connected: false,
      troubles: ['never'],
    })
  })

  test('says when it was heard last, and what waits of it in the quarantine', async () => {
    const { items } = await health(`?text=${alpha.devices[0]?.toUpperCase()}`)
    expect(items).toMatchObject([
      { deviceId: alpha.devices[0], refused: 1, severity: expect.any(String), battery_pct: null },
    ])
    expect(items[0].lag_s).toBe(
      (Date.parse(items[0].receivedAt) - Date.parse(items[0].measuredAt)) / 1_000,
    )
  })

  test('is narrowed by trouble, area and group; counts are of all that fit the rest', async () => {
    const ofArea = await health(`?area=${beta.district}&trouble=never`)
    expect(ofArea).toMatchObject({ items: [], devices: 3, counts: { refused: 3, never: 0 } })
    expect(idsOf(await health('?trouble=never'))).toEqual([NOWHERE])
    expect(idsOf(await health(`?group=${alpha.network}&trouble=refused`))).toEqual(alpha.devices)
    await api.call('PATCH', `/api/v1/devices/${NOWHERE}`, { enabled: false })
    expect(idsOf(await health('?trouble=disabled'))).toEqual([NOWHERE])
    // Nobody misses what a disabled device does not send.
    expect((await health('')).counts).toMatchObject({ never: 0, disabled: 1 })
  })

  test('counts nothing beyond the areas of an account', async () => {
    const { call } = await api.signIn({ roles: ['duty-officer'], scope: inArea(beta) })
    const { body } = await call('GET', '/api/v1/device-health')
    expect(idsOf(body)).toEqual(beta.devices)
    expect(body).toMatchObject({ devices: 3, counts: { wrong: 3, refused: 3, never: 0 } })
  })
})

test('parts are found by a word of them and by whose they are', async () => {
  const [part] = alpha.parts
  const maintainingDepartment = '市政处'
  await api.call('PATCH', `/api/v1/parts/${part}`, {
    maintainingDepartment,
    address: '人民路 12 号',
  })
  const found = async (query: string) => {
    const { body } = await api.call('GET', `/api/v1/parts?${query}`)
    return body.items.map(({ id }: { id: string }) => id)
  }
  expect(await found(`text=${encodeURIComponent('人民路')}`)).toEqual([part])
  expect(await found(`text=${part?.slice(4)}`)).toEqual([part])
  expect(await found(`text=PART%20OF%20${beta.network.toUpperCase()}`)).toEqual(beta.parts)
  expect(await found(`department=${encodeURIComponent('市政处')}`)).toEqual([part])
  expect(await found('text=100%25')).toEqual([])
})

test('what is in the quarantine is narrowed by when it came, and so is what is run again', async () => {
  const { body } = await api.call('GET', '/api/v1/quarantine')
  const newest = body.items[0].receivedAt
  const count = async (query: string) =>
    (await api.call('GET', `/api/v1/quarantine?${query}`)).body.items.length
  const all = body.items.length
  const last = body.items.filter(({ receivedAt }: { receivedAt: string }) => receivedAt === newest)
  expect(await count(`from=${newest}`)).toBe(last.length)
  expect(await count(`to=${newest}`)).toBe(all - last.length)
  expect((await api.call('GET', '/api/v1/quarantine?from=noon')).status).toBe(400)
  const again = await api.call('POST', '/api/v1/quarantine/replay', { from: newest })
  expect(again.body).toMatchObject({ replayed: last.length, next: null })
  expect(api.replayed).toHaveLength(last.length)
})

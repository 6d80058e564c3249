import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BLANK_CASE } from '#cases/fold.ts'
import type { Case } from '#model/case.ts'
import type { Device } from '#model/device.ts'
import { Unavailable } from '#model/error.ts'
import type { Principal } from '#model/principal.ts'
import { WHOLE_CITY } from '#model/principal.ts'
import { type Caller, openTestApi, type TestApi } from '#tests/api/api-fixture.ts'
import { device, NOON, proposal, reading, uuid } from '#tests/store/fixtures.ts'

let api: TestApi
let address: string
let isAway = false
beforeAll(async () => {
  api = await openTestApi()
  const { identify } = api.app
  api.app.identify = async (asking) => {
    if (isAway) throw new Unavailable('database-unavailable', 'the database is away')
    return identify(asking)
  }
  address = await api.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => api.close())

const NORTH = '140802001001001'
const SOUTH = '140803001001001'
const BOX = 'bbox=100,20,120,40'

const cover = (id: string, more: Partial<Device>): Device => ({
  ...device(id),
  place: { lon_deg: 110, lat_deg: 35 },
  ...more,
})
const north = cover('north', { gridCode: NORTH, group: 'river' })
const south = cover('south', { gridCode: SOUTH, group: 'lake' })
const ofPart = cover('of-part', { partId: '1408020101000001' })
const astray = cover('astray', {})

const caseAt = (number: number, more: Partial<Case>): Case => ({
  ...BLANK_CASE,
  ...proposal({ deviceId: 'north' }),
  id: uuid(number),
  number: String(number),
  state: 'reported',
  updatedAt: NOON,
  ...more,
})

async function watch({ token }: Caller, asked: string) {
  const asking = request(new URL(`/api/v1/live?${asked}`, address), {
    headers: { authorization: `Bearer ${token}` },
  })
  asking.on('error', () => undefined)
  asking.end()
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  const viewer = { status: response.statusCode, seen: [] as string[], beats: 0, ended: false }
  response.setEncoding('utf8')
  let text = ''
  response.on('data', (piece: string) => {
    const parts = (text + piece).split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      if (part.startsWith('event: heartbeat')) {
        viewer.beats += 1
        continue
      }
      const data = /^event: \w+\ndata: (.*)$/s.exec(part)?.[1]
      if (data === undefined) continue
      const told = JSON.parse(data) as { deviceId?: string; case?: { number: string } }
      viewer.seen.push(told.deviceId ?? told.case?.number ?? '?')
    }
  })
  response.on('end', () => {
    viewer.ended = true
  })
  response.on('error', () => undefined)
  return viewer
}

type Viewer = Awaited<ReturnType<typeof watch>>

const tell = (): void => {
  const readings = [north, south, ofPart, astray].map((each) => reading(each, NOON))
  api.live.readings(readings)
  for (const each of readings) {
    const { device: of } = each
    api.live.state({ device: of, place: of.place, reading: each }, of.place)
  }
  api.live.cases([
    { type: 'opened', case: caseAt(1, { areaCode: NORTH, network: 'river' }) },
    { type: 'opened', case: caseAt(2, { areaCode: SOUTH, departmentId: 'roads' }) },
    { type: 'opened', case: caseAt(3, { areaCode: '140802' }) },
  ])
}

/** In no order: what comes after everything else, so that what did not come was not sent. */
async function all(viewer: Viewer): Promise<readonly string[]> {
  const { beats } = viewer
  await api.live.heartbeat()
  await expect.poll(() => viewer.beats).toBeGreaterThan(beats)
  return viewer.seen.splice(0).toSorted()
}

const officer = (scope: Partial<Principal['scope']>) =>
  api.signIn({ roles: ['duty-officer'], scope: { ...WHOLE_CITY, ...scope } })

test.each([
  ['the whole city', {}, ['north', 'south', 'of-part', 'astray', '1', '2', '3']],
  ['a district', { areas: ['140802'] }, ['north', 'of-part', '1', '3']],
  ['a unit grid', { areas: [NORTH] }, ['north', '1']],
  ['another city', { areas: ['110101'] }, []],
  ['a department', { departments: ['roads'] }, ['north', 'south', 'of-part', 'astray', '2']],
  ['no department', { departments: [] }, ['north', 'south', 'of-part', 'astray']],
] as const)('who sees %s is told of that', async (_name, scope, expected) => {
  const viewer = await watch(await officer(scope), `${BOX}&cases=true`)
  tell()
  expect(await all(viewer)).toEqual(expected.toSorted())
})

test('an operator is told of the own networks, also of cases there', async () => {
  const viewer = await watch(await officer({ networks: ['river'] }), `${BOX}&cases=true`)
  tell()
  expect(await all(viewer)).toEqual(['1', 'north'])
})

test('to name a device of elsewhere tells nothing of it', async () => {
  const viewer = await watch(await officer({ areas: ['140802'] }), 'device=south,north,astray')
  tell()
  expect(await all(viewer)).toEqual(['north'])
})

test('who is signed out is cut off', async () => {
  const caller = await officer({})
  const viewer = await watch(caller, BOX)
  const other = await watch(await officer({}), BOX)
  api.become(caller, undefined)
  await api.live.heartbeat()
  await expect.poll(() => viewer.ended).toBe(true)
  tell()
  expect((await all(other)).length).toBe(4)
  expect(viewer.seen).toEqual([])
})

test('who may see less than before is told less', async () => {
  const caller = await officer({})
  const viewer = await watch(caller, BOX)
  api.become(caller, { scope: { ...WHOLE_CITY, areas: ['140803'] } })
  await all(viewer)
  tell()
  expect(await all(viewer)).toEqual(['south'])
})

test('who has another role, that may not watch, is cut off', async () => {
  const caller = await officer({})
  const viewer = await watch(caller, `${BOX}&cases=true`)
  api.become(caller, { roles: ['integration'] })
  await api.live.heartbeat()
  await expect.poll(() => viewer.ended).toBe(true)
})

test('who cannot be recognised is let go and asks again', async () => {
  const viewer = await watch(await officer({}), BOX)
  isAway = true
  await api.live.heartbeat()
  isAway = false
  await expect.poll(() => viewer.ended).toBe(true)
})

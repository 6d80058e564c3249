import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ApiOptions } from '#api/api-ports.ts'
import { type Api, createApi } from '#api/create-api.ts'
import { NOBODY } from '#api/people-routes.ts'
import { BLANK_CASE } from '#cases/fold.ts'
import type { Case } from '#model/case.ts'
import type { Device } from '#model/device.ts'

import type { Place } from '#model/place.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics, type Metrics } from '#runtime/metrics.ts'
import { device, NOON, proposal, reading, uuid } from '#tests/store/fixtures.ts'

const TOKEN = 'live-token'
let api: Api
let metrics: Metrics
let address: string

beforeEach(async () => {
  metrics = createMetrics()
  // The live feed asks nothing of the other ports.
  const options = {
    config: { ...readConfig({}).http, host: '127.0.0.1', port: 0 },
    console: { config: readConfig({}).console, timeZone: 'UTC', version: '1', folder: null },
    people: NOBODY,
    token: TOKEN,
    metrics,
    log: silentLogger,
  }
  api = createApi(options as unknown as ApiOptions)
  address = await api.listen()
})
afterEach(() => api.close())

interface Event {
  readonly event: string
  readonly data: {
    deviceId?: string
    events?: number
    type?: string
    place?: Place | null
  } & Record<string, unknown>
}

/** A viewer over a real connection. */
async function watch(query: string) {
  const asking: ClientRequest = request(new URL(`/api/v1/live?${query}`, address), {
    headers: { authorization: `Bearer ${TOKEN}` },
  })
  asking.on('error', () => undefined)
  asking.end()
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  const events: Event[] = []
  let ended = false
  let text = ''
  response.setEncoding('utf8')
  response.on('data', (piece: string) => {
    const parts = (text + piece).split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/s.exec(part) ?? []
      if (event && data) events.push({ event, data: JSON.parse(data) as Event['data'] })
    }
  })
  response.on('end', () => {
    ended = true
  })
  response.on('error', () => undefined)
  return { response, asking, events, ended: () => ended }
}

const viewers = async (): Promise<number> => (await metrics.liveViewers.get()).values[0]?.value ?? 0

const cover = (id: string, lon_deg: number, lat_deg: number): Device => ({
  ...device(id),
  place: { lon_deg, lat_deg },
})

test('a viewer of devices hears of their readings and of no other', async () => {
  const { events, response } = await watch('device=a,b')
  expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8')
  const [a, b, c] = [device('a'), device('b'), device('c')]
  api.live.readings([
    reading(a, NOON, { tilt_deg: 3 }),
    reading(c, NOON),
    reading(b, NOON, { lid_open: true }),
  ])
  await expect.poll(() => events.length).toBe(2)
  expect(events.map(({ data }) => data)).toMatchObject([
    { deviceId: 'a', kind: 'manhole-cover', place: null, values: { tilt_deg: 3 } },
    { deviceId: 'b', measuredAt: '2026-11-23T04:00:00.000Z', values: { lid_open: true } },
  ])
})

/** What somebody who looks at the map is told of: where a device is, and was before. */
const moved = (of: Device, at: number, before: Place | null = of.place): void =>
  api.live.state({ device: of, place: of.place, reading: reading(of, at) }, before)

test('a viewport shows what stands in it, what drives through it, and once what has left it', async () => {
  const { events } = await watch('bbox=110,35,111,36')
  const truck = (lon_deg: number): Device => ({
    ...device('truck', 'refuse-truck'),
    place: { lon_deg, lat_deg: 35.1 },
  })
  moved(cover('inside', 110.5, 35.5), NOON)
  moved(cover('outside', 112, 35.5), NOON)
  moved(device('nowhere'), NOON)
  moved(truck(110.1), NOON, truck(109.9).place)
  await expect.poll(() => events.length).toBe(2)
  moved(truck(111.1), NOON + 1, truck(110.1).place)
  await expect.poll(() => events.length).toBe(3)
  moved(truck(111.2), NOON + 2, truck(111.1).place)
  moved(cover('inside', 110.5, 35.5), NOON + 3)
  await expect.poll(() => events.length).toBe(4)
  expect(events.map(({ data }) => [data.deviceId, data.place?.lon_deg])).toEqual([
    ['inside', 110.5],
    ['truck', 110.1],
    ['truck', 111.1],
    ['inside', 110.5],
  ])
})

test('of many readings between two turns a viewport is told the newest of each device', async () => {
  const { events } = await watch('bbox=110,35,111,36')
  for (let at = 0; at < 1_000; at += 1) moved(cover(`c-${at % 4}`, 110.5, 35.5), NOON + at)
  await expect.poll(() => events.length).toBe(4)
  expect(events.map(({ data }) => Date.parse(String(data.measuredAt)) - NOON)).toEqual([
    996, 997, 998, 999,
  ])
})

test('cases come to those who ask for them', async () => {
  const found: Case = {
    ...BLANK_CASE,
    ...proposal(),
    id: uuid(1),
    number: '1408022026112300001',
    updatedAt: NOON,
  }
  const all = await watch('cases=true')
  const near = await watch('bbox=111,35,112,36&cases=true')
  const far = await watch('bbox=1,1,2,2&cases=true')
  const readings = await watch('bbox=111,35,112,36')
  api.live.cases([{ type: 'opened', case: found }])
  moved(cover('inside', 111.5, 35.5), NOON)
  await expect.poll(() => all.events.length + near.events.length + readings.events.length).toBe(4)
  expect(all.events).toMatchObject([
    { event: 'case', data: { type: 'opened', case: { number: found.number } } },
  ])
  expect(near.events.map(({ event }) => event)).toEqual(['case', 'reading'])
  expect(readings.events.map(({ event }) => event)).toEqual(['reading'])
  expect(far.events).toEqual([])
})

test.each(['', 'bbox=1,2,3', 'bbox=1,2,3,999', 'cases=maybe', 'colour=red'])(
  'a viewer who asks for %j is told what to ask for',
  async (query) => {
    const { response } = await watch(query)
    expect(response.statusCode).toBe(400)
    expect(response.headers['content-type']).toContain('application/problem+json')
  },
)

test('viewers are counted and forgotten when they leave', async () => {
  const first = await watch('cases=true')
  await watch('cases=true')
  expect(await viewers()).toBe(2)
  first.asking.destroy()
  await expect.poll(viewers).toBe(1)
})

test('a viewport that is read slowly ends with the newest state of every device', async () => {
  const { response, events } = await watch('bbox=110,35,111,36')
  response.pause()
  const devices = Array.from({ length: 2_000 }, (_, index) => cover(`c-${index}`, 110.5, 35.5))
  let at: number = NOON
  for (let round = 0; round < 40; round += 1) {
    at += 1
    for (const each of devices) moved(each, at)
    await new Promise((resolve) => setImmediate(resolve))
  }
  const told = events.length
  response.resume()
  const last = new Map<string, string>()
  const collect = (): number => {
    for (const { data } of events.splice(0)) {
      last.set(String(data.deviceId), String(data.measuredAt))
    }
    return [...last.values()].filter((when) => Date.parse(when) === at).length
  }
  await expect.poll(collect, { timeout: 10_000 }).toBe(2_000)
  expect(told).toBeLessThan(40 * 2_000)
})

test('a viewer of a device who reads slowly is told what it missed, and ends with the newest', async () => {
  const { response, events } = await watch('device=c-0,c-1')
  response.pause()
  const covers = [cover('c-0', 110.5, 35.5), cover('c-1', 110.5, 35.5)]
  const padding = { extra: { note: 'x'.repeat(2_000) } }
  let at: number = NOON
  for (let round = 0; round < 6_000; round += 1) {
    at += 1
    api.live.readings(covers.map((each) => reading(each, at, {}, padding)))
    if (round % 500 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  const skipped = async (): Promise<number> =>
    (await metrics.liveSkipped.get()).values[0]?.value ?? 0
  await expect.poll(skipped).toBeGreaterThan(1_000)
  response.resume()
  const newest = (): number =>
    events.filter(({ data }) => Date.parse(String(data.measuredAt)) === at).length
  await expect.poll(newest, { timeout: 10_000 }).toBe(2)
  const told = events.filter(({ event }) => event === 'skipped')
  expect(told.reduce((sum, { data }) => sum + (data.events ?? 0), 0)).toBe(await skipped())
})

test('when the service stops, the stream ends as a stream should', async () => {
  const viewer = await watch('cases=true')
  await api.close()
  await expect.poll(viewer.ended).toBe(true)
})

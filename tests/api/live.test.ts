import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Api, type ApiOptions, createApi } from '#api/create-api.ts'
import type { LiveEvent } from '#api/live/live-event.ts'
import { liveEvent } from '#api/live/live-event.ts'
import { LiveViewer } from '#api/live/live-viewer.ts'
import { NOBODY } from '#api/people-routes.ts'
import { BLANK_CASE } from '#cases/fold.ts'
import type { Case } from '#model/case.ts'
import type { Device } from '#model/device.ts'
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
  readonly data: { deviceId?: string; events?: number; type?: string } & Record<string, unknown>
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

test('a viewport shows what stands in it and what drives through it', async () => {
  const { events } = await watch('bbox=110,35,111,36')
  const truck = device('truck', 'refuse-truck')
  api.live.readings([
    reading(cover('inside', 110.5, 35.5), NOON),
    reading(cover('outside', 112, 35.5), NOON),
    reading(device('nowhere'), NOON),
    reading(truck, NOON, { lon_deg: 110.1, lat_deg: 35.1 }),
    reading(truck, NOON + 1, { lon_deg: 111.1, lat_deg: 35.1 }),
    reading(truck, NOON + 2, { speed_kmh: 3 }),
  ])
  await expect.poll(() => events.length).toBe(2)
  expect(events.map(({ data }) => data)).toMatchObject([
    { deviceId: 'inside', place: { lon_deg: 110.5, lat_deg: 35.5 } },
    { deviceId: 'truck', place: { lon_deg: 110.1, lat_deg: 35.1 } },
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
  api.live.readings([reading(cover('inside', 111.5, 35.5), NOON)])
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

test('a viewer who reads slowly ends with the newest state of every device, in bounded memory', async () => {
  const { response, events } = await watch('bbox=110,35,111,36')
  response.pause()
  const devices = Array.from({ length: 200 }, (_, index) => cover(`c-${index}`, 110.5, 35.5))
  const rounds = 400
  for (let round = 0; round < rounds; round += 1) {
    api.live.readings(
      devices.map((of) =>
        // Every other round comes late and must not replace what is newer.
        reading(of, NOON + (round % 2 === 0 ? round : round - 3), { tilt_deg: round % 180 }),
      ),
    )
    if (round % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  expect((await metrics.liveSkipped.get()).values[0]?.value).toBeGreaterThan(10_000)
  response.resume()
  const newest = NOON + rounds - 2
  const last = new Map<string, string>()
  const collect = (): number => {
    for (const { event, data } of events.splice(0)) {
      if (event === 'reading') last.set(String(data.deviceId), String(data.measuredAt))
    }
    return [...last.values()].filter((at) => Date.parse(at) === newest).length
  }
  await expect.poll(collect, { timeout: 10_000 }).toBe(200)
})

test('when the service stops, the stream ends as a stream should', async () => {
  const viewer = await watch('cases=true')
  await api.close()
  await expect.poll(viewer.ended).toBe(true)
})

/** A sink that takes so many writes and then no more until it is drained. */
function fakeSink() {
  const written: string[] = []
  let room = Infinity
  let resume = (): void => undefined
  return {
    written,
    ended: [] as boolean[],
    write(text: string) {
      written.push(text)
      room -= 1
      return room > 0
    },
    onDrain(drained: () => void) {
      resume = drained
    },
    end(now: boolean) {
      this.ended.push(now)
    },
    block() {
      room = 0
    },
    drain() {
      room = Infinity
      resume()
    },
  }
}

const state = (id: string, at: number): LiveEvent => liveEvent('reading', id, [at, 0], { id, at })

test('a viewer a little behind misses nothing', () => {
  const sink = fakeSink()
  const viewer = new LiveViewer(sink, () => expect.fail('nothing may be skipped'))
  sink.block()
  for (let at = 0; at < 900; at += 1) viewer.push([state('a', at)])
  sink.drain()
  const text = sink.written.join('')
  for (let at = 0; at < 900; at += 1) expect(text).toContain(`"at":${at}}`)
})

test('a viewer far behind waits with one event for each device and is told what it missed', () => {
  const sink = fakeSink()
  let skipped = 0
  const viewer = new LiveViewer(sink, (count) => {
    skipped += count
  })
  sink.block()
  viewer.push([state('first', 0)])
  for (let at = 1; at <= 5_000; at += 1) viewer.push([state(`d-${at % 10}`, at)])
  expect(viewer.waiting).toBe(10)
  expect(skipped).toBe(4_990)
  sink.drain()
  expect(sink.written[1]).toBe('event: skipped\ndata: {"events":4990}\n\n')
  expect(viewer.waiting).toBe(0)
})

test('however many devices there are, what waits for a viewer has an end', () => {
  const sink = fakeSink()
  const viewer = new LiveViewer(sink, () => undefined)
  sink.block()
  for (let at = 0; at < 30_000; at += 1) viewer.push([state(`d-${at}`, at)])
  expect(viewer.waiting).toBeLessThanOrEqual(10_000)
})

test('a viewer who takes nothing for some heartbeats is let go', () => {
  const sink = fakeSink()
  const viewer = new LiveViewer(sink, () => undefined)
  viewer.heartbeat()
  expect(sink.written).toEqual([': heartbeat\n\n'])
  sink.block()
  viewer.push([state('a', 1), state('a', 2)])
  for (let beat = 0; beat < 4; beat += 1) viewer.heartbeat()
  expect(sink.ended).toEqual([true])
  viewer.push([state('a', 3)])
  expect(viewer.waiting).toBe(0)
})

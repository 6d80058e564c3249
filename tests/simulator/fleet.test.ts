import { parse } from 'csv-parse/sync'
import Value from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { CityLine } from '#model/city-line.ts'
import { NewDevice } from '#model/device.ts'
import { epochMs, milliseconds, minutes, seconds } from '#model/time.ts'
import { answerCommand } from '#simulator/fleet/answer-command.ts'
import { type RunOptions, runFleet } from '#simulator/fleet/run-fleet.ts'
import { FakeBroker } from './fake-broker.ts'
import { type FakeRequest, FakeService } from './fake-service.ts'
import { scenarioWith } from './simulated-run.ts'
import { textOf } from './test-client.ts'
import { until } from './until.ts'

const ACCEPTED = { body: { committed: true, accepted: 1, rejected: 0, rows: [], secrets: [] } }

const fleetOf = (devices: number, rate: number): RunOptions['scenario'] =>
  scenarioWith({ city: { seed: 'fleet' }, fleet: { devices, rate } })

const optionsOf = (broker: FakeBroker, options: Partial<RunOptions> = {}): RunOptions => ({
  scenario: fleetOf(20, 200),
  duration: milliseconds(500),
  endpoint: { host: '127.0.0.1', port: broker.port },
  service: null,
  ...options,
})

describe('a fleet', () => {
  test('connects every device, reports at its rate for its time, and counts what was acknowledged', async () => {
    await using broker = await FakeBroker.open()
    const run = runFleet(optionsOf(broker, { duration: milliseconds(1_500) }))
    const summary = await run.finished
    expect(summary).toMatchObject({ stage: 'over', devices: 20, connected: 0, refused: 0 })
    expect(summary.published).toBe(broker.published.length)
    expect(summary.acknowledged).toBe(summary.published)
    expect(summary.published).toBeGreaterThan(270)
    expect(summary.published).toBeLessThan(330)
    expect(new Set(broker.sessions.map(({ connect }) => connect.clientId)).size).toBe(20)
    for (const { id, packet } of broker.published) {
      expect(packet.topic).toBe(`wanmi/v1/${id}/telemetry`)
      expect(packet.qos).toBe(1)
    }
  })

  test('a cut connection costs no reading', async () => {
    await using broker = await FakeBroker.open()
    const run = runFleet(optionsOf(broker, { duration: seconds(1) }))
    await run.started
    await until(() => broker.published.length > 50, 'it reports')
    broker.cut()
    const summary = await run.finished
    expect(summary.acknowledged).toBe(summary.published)
    expect(summary.connectionsLost).toBeGreaterThanOrEqual(20)
    const readings = new Set(
      broker.published.map(({ packet }) => `${packet.topic} ${packet.payload.toString()}`),
    )
    expect(readings.size).toBe(summary.published)
  })

  test('what is never acknowledged is told, and not waited for without end', async () => {
    let budget = 40
    await using broker = await FakeBroker.open({ acknowledges: () => budget-- > 0 })
    const summary = await runFleet(optionsOf(broker, { drain: milliseconds(50) })).finished
    expect(summary.acknowledged).toBe(40)
    expect(summary.published).toBeGreaterThan(60)
  })

  test('says the same in two threads as in one, at any speed, and the truth counts it', async () => {
    const payloadsOf = async (workers: number, speed: number | null) => {
      await using broker = await FakeBroker.open()
      const scenario = scenarioWith({
        city: { seed: 'threads' },
        fleet: { devices: 40, rate: 20 },
        network: { loss: 0.1, duplicate: 0.1, storms: [{ at: '2m', share: 0.5 }] },
      })
      const run = runFleet(
        optionsOf(broker, {
          scenario: { ...scenario, speed },
          duration: minutes(4),
          start: epochMs(Date.parse('2026-11-23T02:00:00Z')),
          workers,
        }),
      )
      const summary = await run.finished
      expect(summary).toMatchObject({ stage: 'over', devices: 40, simulated_ms: 240_000 })
      expect(summary.acknowledged).toBe(summary.published)
      expect(summary.lagP99_ms).toBeGreaterThan(0)
      const said = broker.published.map(({ packet }) => `${packet.topic} ${textOf(packet)}`)
      return { said: new Set(said), truth: [...run.truth()], lost: summary.lost }
    }
    const one = await payloadsOf(1, 240)
    const fast = await payloadsOf(1, null)
    const two = await payloadsOf(2, null)
    expect(one.said.size).toBeGreaterThan(3_500)
    expect(fast.said).toEqual(one.said)
    expect(two.said).toEqual(one.said)
    expect(two.lost).toBe(one.lost)
    const [, ...what] = one.truth
    expect(what.some((line) => line.type === 'incident' && line.phenomena.length > 0)).toBe(true)
    expect(fast.truth.slice(1)).toEqual(what)
    expect(two.truth.slice(1)).toEqual(what)
  })

  test('what fails in a thread is told, and ends them all', async () => {
    await using broker = await FakeBroker.open({ returnCode: () => 4 })
    const run = runFleet(optionsOf(broker, { workers: 2 }))
    await expect(run.finished).rejects.toThrow(/does not take the secret/)
    expect(run.progress()).toMatchObject({ stage: 'over', refused: 20 })
  })

  test('stopping ends a run without end', async () => {
    await using broker = await FakeBroker.open()
    const run = runFleet(optionsOf(broker, { duration: null }))
    await run.started
    await until(() => run.progress().acknowledged > 20, 'it reports')
    const summary = await run.stop()
    expect(summary.stage).toBe('over')
    expect(summary.acknowledged).toBe(summary.published)
    const [head] = run.truth()
    expect(head).toMatchObject({ type: 'run', citySeed: 'fleet', devices: 20 })
  })

  test('without a broker it says so at once', async () => {
    const broker = await FakeBroker.open()
    const options = optionsOf(broker)
    await broker[Symbol.asyncDispose]()
    await expect(runFleet(options).finished).rejects.toThrow(/no broker at mqtt:\/\/127\.0\.0\.1/)
  })

  test('when every device is refused it says why; when one is, the others report', async () => {
    await using strict = await FakeBroker.open({ returnCode: () => 5 })
    await expect(runFleet(optionsOf(strict)).finished).rejects.toThrow(/does not know the device/)
    await using broker = await FakeBroker.open({
      returnCode: ({ clientId }) => (clientId.endsWith('cover-000001') ? 5 : 0),
    })
    const summary = await runFleet(optionsOf(broker)).finished
    expect(summary.refused).toBe(1)
    expect(summary.acknowledged).toBeGreaterThan(50)
    expect(summary.acknowledged).toBeLessThan(summary.published)
  })

  test('takes commands and carries them out', async () => {
    await using broker = await FakeBroker.open()
    const run = runFleet(optionsOf(broker, { duration: null, scenario: fleetOf(5, 200) }))
    await run.started
    const [session] = broker.sessions
    const id = session?.connect.clientId ?? ''
    const command = { id: 'c-1', name: 'identify', args: {}, expiresAt: '2999-01-01T00:00:00Z' }
    session?.send({
      cmd: 'publish',
      topic: `wanmi/v1/${id}/command`,
      payload: JSON.stringify(command),
      qos: 1,
      messageId: 9,
      dup: false,
      retain: false,
    })
    const replies = (): string[] =>
      broker.published
        .filter(({ packet }) => packet.topic === `wanmi/v1/${id}/command/reply`)
        .map(({ packet }) => packet.payload.toString())
    await until(() => replies().length === 2, 'both replies have come')
    const summary = await run.stop()
    expect(replies().map((reply) => JSON.parse(reply).state)).toEqual(['acknowledged', 'done'])
    expect(summary.commandsAnswered).toBe(1)
    // Replies are no readings.
    expect(summary.published).toBe(broker.published.length - 2)
  })
})

describe('registering a city', () => {
  test('brings grids, streets and pipes, parts and devices, in this order, as files of the import', async () => {
    await using service = await FakeService.open(() => ACCEPTED)
    await using broker = await FakeBroker.open()
    const run = runFleet(
      optionsOf(broker, {
        service: { url: service.url, token: 'secret-token' },
        scenario: fleetOf(20, 4),
      }),
    )
    const summary = await run.finished
    expect(summary.registered).toBe(20)
    const [grids, lines, parts, devices, ...more] = service.requests as [
      FakeRequest,
      FakeRequest,
      FakeRequest,
      FakeRequest,
    ]
    expect(more).toEqual([])
    expect([grids, lines, parts, devices].map(({ path }) => path)).toEqual([
      '/api/v1/imports/grids',
      '/api/v1/imports/lines',
      '/api/v1/imports/parts',
      '/api/v1/imports/devices',
    ])
    expect(grids.token).toBe('secret-token')
    expect(grids.contentType).toBe('application/geo+json')
    expect(JSON.parse(grids.body).features).toHaveLength(run.city.grids.length)
    const drawn = JSON.parse(lines.body) as { features: { properties: object; geometry: object }[] }
    expect(drawn.features.length).toBeGreaterThan(500)
    for (const { properties, geometry } of drawn.features) {
      expect(Value.Check(CityLine, { ...properties, geometry })).toBe(true)
    }
    expect(parse(parts.body, { columns: true })).toHaveLength(run.city.parts.length)
    const rows = parse<Record<string, string>>(devices.body, { columns: true })
    expect(rows).toHaveLength(20)
    for (const row of rows) {
      const { lon_deg, lat_deg, reportingInterval_s, ...others } = Object.fromEntries(
        Object.entries(row).filter(([, value]) => value !== ''),
      )
      const { 'attr.medium': medium, ...rest } = others
      const numbers = lon_deg ? { lon_deg: Number(lon_deg), lat_deg: Number(lat_deg) } : {}
      const attributes = medium ? { attributes: { medium } } : {}
      const interval = { reportingInterval_s: Number(reportingInterval_s) }
      const device = { ...rest, ...numbers, ...attributes, ...interval }
      expect(Value.Check(NewDevice, device)).toBe(true)
      expect(Number(reportingInterval_s)).toBeGreaterThan(2)
      expect(Number(reportingInterval_s)).toBeLessThan(8)
    }
  })

  test('refused rows stop the run with line and reason', async () => {
    const rows = [{ line: 3, id: 'x', reasons: [{ code: 'unknown-part', detail: 'no such part' }] }]
    await using service = await FakeService.open(({ path }) =>
      path.endsWith('devices')
        ? {
            status: 400,
            body: {
              code: 'invalid-input',
              detail: 'nothing was imported: 1 of 20 rows are refused',
              committed: false,
              accepted: 19,
              rejected: 1,
              rows,
              secrets: [],
            },
          }
        : ACCEPTED,
    )
    await using broker = await FakeBroker.open()
    const run = runFleet(optionsOf(broker, { service: { url: service.url, token: 't' } }))
    await expect(run.finished).rejects.toThrow(
      '1 devices were refused by the registry: line 3 (x): no such part',
    )
    expect(broker.knocks).toBe(0)
  })

  test.each([
    [
      401,
      { title: 'Unauthorized', detail: 'the bearer token is wrong' },
      /does not take the token: the bearer token is wrong/,
    ],
    [503, { title: 'Not ready' }, /Not ready/],
    [500, '<html>proxy</html>', /refuses \/api\/v1\/imports\/grids: it answered 500/],
  ])('an answer of %i is put into words', async (status, body, words) => {
    await using service = await FakeService.open(() => ({ status, body }))
    await using broker = await FakeBroker.open()
    const run = runFleet(optionsOf(broker, { service: { url: service.url, token: 't' } }))
    await expect(run.finished).rejects.toThrow(words)
  })

  test('where nobody answers the reason names the address', async () => {
    const service = await FakeService.open(() => ACCEPTED)
    const { url } = service
    await service[Symbol.asyncDispose]()
    await using broker = await FakeBroker.open()
    const run = runFleet(optionsOf(broker, { service: { url, token: 't' } }))
    await expect(run.finished).rejects.toThrow(
      `Wanmi does not answer at ${url}: connect ECONNREFUSED`,
    )
  })
})

describe('a simulated device', () => {
  const now = epochMs(Date.parse('2026-11-23T00:00:00Z'))
  const states = (command: unknown): string[] =>
    answerCommand(Buffer.from(JSON.stringify(command)), now).map(({ state }) => state)

  test('carries out a command that came in time, and fails one that did not', () => {
    const command = { id: '1', name: 'reboot', args: {} }
    expect(states({ ...command, expiresAt: '2026-11-23T01:00:00Z' })).toEqual([
      'acknowledged',
      'done',
    ])
    expect(states({ ...command, expiresAt: '2026-11-22T23:59:59Z' })).toEqual(['failed'])
  })

  test('says nothing to what is no command', () => {
    expect(states({ name: 'reboot' })).toEqual([])
    expect(states(null)).toEqual([])
    expect(answerCommand(Buffer.from('{"id":'), now)).toEqual([])
  })
})

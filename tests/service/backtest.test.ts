import { readFileSync, writeFileSync } from 'node:fs'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { backtestCommand } from '#cli/backtest.ts'
import { telemetryTopic } from '#model/topic.ts'
import { type Outcome, runInProcess } from '#tests/cli/run-in-process.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import {
  ADMIN_TOKEN,
  askApi,
  freePort,
  type ServiceProcess,
  spawnService,
  untilReady,
} from '#tests/support/service-process.ts'

let folder: ScratchFolder
let service: ServiceProcess
const begun = Date.now() - 3_600_000

beforeAll(async () => {
  folder = await scratchFolder()
  service = spawnService({
    DATA_DIR: `${folder.path}/data`,
    HTTP_PORT: String(await freePort()),
    MQTT_PORT: String(await freePort()),
  })
  await untilReady(service)
  const { secret } = await askApi<{ secret: string }>(service, '/api/v1/devices', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      id: 'cover-1',
      kind: 'manhole-cover',
      reportingInterval_s: 10,
      group: 'east',
      attributes: { depth_m: 3, note: 'a = b' },
    }),
  })
  const client = await connectAsync(`mqtt://127.0.0.1:${service.mqttPort}`, {
    username: 'cover-1',
    password: secret,
    clientId: 'cover-1',
  })
  // Half an hour at a reading every ten seconds: twice aside for two minutes, once for a minute.
  const tilts = Array.from({ length: 180 }, (_, index) =>
    index % 60 >= 20 && index % 60 < (index < 120 ? 32 : 26) ? 12 : 1,
  )
  const readings = tilts.map((tilt_deg, index) => ({
    measuredAt: begun + index * 10_000,
    tilt_deg: tilt_deg + (index < 60 ? 10 : 0) * (tilt_deg > 1 ? 1 : 0),
  }))
  await client.publishAsync(telemetryTopic('cover-1'), JSON.stringify(readings), { qos: 1 })
  await client.endAsync()
}, 90_000)

afterAll(async () => {
  service.kill('SIGTERM')
  await service.ended
  await folder[Symbol.asyncDispose]()
}, 60_000)

const backtest = (...argv: readonly string[]): Promise<Outcome> =>
  runInProcess(backtestCommand(), [
    ...argv,
    '--api',
    service.api,
    '--token',
    ADMIN_TOKEN,
    '--from',
    '2h',
  ])

function ruleFile(name: string, change: (text: string) => string): string {
  const file = `${folder.path}/${name}.yaml`
  writeFileSync(file, change(readFileSync('rules/library/cover-displaced.yaml', 'utf8')))
  return file
}

test('the rule in force over the past finds what it found', async () => {
  const { out, exitCode } = await backtest('cover-displaced', '--json')
  expect(exitCode).toBe(0)
  const { report } = JSON.parse(out)
  expect(report).toMatchObject({ readings: 180, devices: 1, episodes: 1, cases: 1 })
  expect(report.known).toMatchObject({ byCaseState: { reported: 1 }, unknown: 0, missed: 0 })
})

test('only the devices that are selected are tried, by several parts of which each fits', async () => {
  const where = ['group=west', 'group=east', 'attr.depth_m=3', 'attr.note=a = b']
  const { out } = await backtest('cover-displaced', '--json', '--where', ...where)
  expect(JSON.parse(out).report).toMatchObject({ devices: 1, episodes: 1 })
  const deeper = await backtest('cover-displaced', '--where', 'attr.depth_m=4')
  expect(deeper).toMatchObject({ exitCode: 1, err: expect.stringMatching(/no manhole-cover/) })
})

test('a lower mark is tried before it goes live, beside the one that is', async () => {
  const lower = ruleFile('lower', (text) =>
    text.replace('tilt_deg > params.angle_deg', 'tilt_deg > 10.0'),
  )
  const csv = `${folder.path}/found.csv`
  const { out, exitCode } = await backtest(lower, '--against', 'cover-displaced', '--csv', csv)
  expect(exitCode).toBe(0)
  expect(out).toMatch(/found {6}3 episodes, 3 cases/)
  expect(out).toMatch(/known {6}1 were found then, 2 were not; 0 found then/)
  expect(out).toMatch(/compared {3}2 appear, 0 are gone, 0 change, 1 stay/)
  expect(readFileSync(csv, 'utf8').trim().split('\n')).toHaveLength(4)
})

test('what a trial of the rule in force finds is what was found live, reading by reading', async () => {
  const { out } = await backtest('cover-displaced', '--json')
  const path = `/api/v1/backtests/${JSON.parse(out).id}/episodes`
  const tried = await askApi<{ items: Record<string, unknown>[] }>(service, path)
  const ofRule = '/api/v1/episodes?ruleId=cover-displaced'
  const live = await askApi<{ items: Record<string, unknown>[] }>(service, ofRule)
  const facts = ['deviceId', 'severity', 'startedAt', 'confirmedAt', 'endedAt', 'clearedAt']
  const factsOf = (items: readonly Record<string, unknown>[]) =>
    items.map((item) => facts.map((fact) => item[fact]))
  expect(live.items).toHaveLength(1)
  expect(factsOf(tried.items)).toEqual(factsOf(live.items))
  expect(tried.items).toMatchObject([{ role: 'single', isKnown: true, asksForCase: true }])
})

const MARKED = `
id: marked
kind: [manhole-cover, bin-sensor]
title: { en: marked, zh: 倾斜 }
source: a trial
params: { angle_deg: { default: 30.0, unit: deg, min: 1, max: 90 } }
when: tilt_deg > params.angle_deg
hold: 10s
severity: warning
levels: [{ when: tilt_deg > 20.0, severity: critical }]
outcome: { case: none }
`

test('another mark is tried in place of the one in force, which an override may be', async () => {
  const asked = (path: string, method: string, body: object) =>
    askApi(service, `/api/v1/rules/marked${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  await asked('', 'PUT', { document: MARKED })
  const east = { param: 'angle_deg', scope: 'group', key: 'east', value: 10 }
  await asked('/overrides', 'PUT', east)
  const found = async (...argv: readonly string[]): Promise<unknown> =>
    JSON.parse((await backtest('marked', '--json', ...argv)).out).report
  expect(await found()).toMatchObject({ episodes: 3, cases: 0, known: { missed: 0 } })
  const csv = `${folder.path}/marked.csv`
  expect(await found('--set', 'angle_deg=20', '--against', 'marked', '--csv', csv)).toMatchObject({
    episodes: 1,
    compared: { appeared: 0, vanished: 2, changed: 0, same: 1 },
  })
  expect(readFileSync(csv, 'utf8')).toMatch(/,single,.*,critical,critical 20.*Z,/)
  const steep = await backtest('marked', '--set', 'angle_deg=120')
  expect(steep).toMatchObject({ exitCode: 1, err: expect.stringMatching(/is at most 90/) })
})

test('what is not right is said with its reason', async () => {
  const bad = ruleFile('bad', (text) => text.replace('tilt_deg > params', 'tilt_degrees > params'))
  expect(await backtest(bad)).toMatchObject({
    exitCode: 1,
    err: expect.stringMatching(/tilt_degrees/),
  })
  const nobody = await backtest('cover-displaced', '--where', 'group=west')
  expect(nobody).toMatchObject({ exitCode: 1, err: expect.stringMatching(/no manhole-cover/) })
})

test('a rule that is changed over the API is in force at once, and a disabled one is not', async () => {
  const put = (path: string, method: string, body: object) =>
    askApi<{ version: number }>(service, `/api/v1/rules/cover-displaced${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const shipped = readFileSync('rules/library/cover-displaced.yaml', 'utf8')
  const document = shipped.replace('tilt_deg > params.angle_deg', 'tilt_deg > 10.0')
  expect(await put('', 'PUT', { document, ifVersion: 1 })).toMatchObject({ version: 2 })
  const { out } = await backtest('cover-displaced', '--json')
  expect(JSON.parse(out).report.episodes).toBe(3)
  await put('/disable', 'POST', {})
  const disabled = await backtest('cover-displaced')
  expect(disabled).toMatchObject({ exitCode: 1, err: expect.stringMatching(/no rule/) })
})

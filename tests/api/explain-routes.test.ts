import { afterAll, beforeAll, expect, test } from 'vitest'
import { rulesCommand } from '#cli/rules.ts'
import type { RuleOverride } from '#model/rule-override.ts'
import { epochMs, minutes } from '#model/time.ts'
import { cityOf } from '#monitor/city-data.ts'
import { Explainer } from '#monitor/explain/explainer.ts'
import { Monitor, type RulesInForce } from '#monitor/monitor.ts'
import { parseRule } from '#rules/parse-rule.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { openCommitter } from '#store/committer.ts'
import { History } from '#store/history.ts'
import { createEpisodeQueries } from '#store/queries/episodes.ts'
import { runInProcess } from '#tests/cli/run-in-process.ts'
import { batchOf, CITY_DATA, nowhere, reading, START } from '#tests/monitor/fixtures.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { openTestApi, type TestApi, TOKEN } from './api-fixture.ts'

const PART = '1408020102000042'
const tilted = (title: string): string => `
id: cover-askew
kind: manhole-cover
title: { en: ${title}, zh: 井盖倾斜 }
source: our default
params: { angle_deg: { default: 15.0, unit: deg, min: 1, max: 90 } }
schedule: { windows: [{ from: "08:00", to: "20:00" }] }
when: mean(tilt_deg, '1m') > params.angle_deg && tilt_deg > 3.0
hold: 10s
clear: tilt_deg < 5.0
severity: warning
outcome: { case: part, condition: missing-or-displaced, class: "0102" }
`

let api: TestApi
let monitor: Monitor
let close: () => Promise<void>
beforeAll(async () => {
  let explainer: Explainer | undefined
  api = await openTestApi({
    explainer: {
      explain: (question) => explainer?.explain(question) ?? Promise.reject(new Error('too early')),
    },
  })
  const { pool, directory, devices, parts } = api.registry
  await parts.create({ id: PART, name: '污水井盖42号' })
  for (const id of ['cover-1', 'cover-2']) {
    await devices.create({ id, kind: 'manhole-cover', partId: PART, reportingInterval_s: 60 })
  }
  const ledger = await openCommitter(
    { connection: pool.options, timescale: false },
    { ...CASE_RULES, timeoutMs: 30_000 },
    silentLogger,
  )
  const history = new History(pool)
  const clock = { now: () => epochMs(START + 60_000) }
  const known = { find: (id: string) => directory.find(id), all: () => directory.devices() }
  monitor = await Monitor.start({
    inForce: inForce('askew', 1),
    ledger,
    history,
    devices: known,
    silenceGrace: minutes(5),
    windowsMaxBytes: Infinity,
    surroundings: nowhere,
    city: { district: '140802' },
    clock,
    log: silentLogger,
    metrics: createMetrics(),
  })
  const episodes = createEpisodeQueries(pool)
  explainer = new Explainer({
    history,
    devices: known,
    monitor,
    book: () => [
      { ruleId: 'resting', version: 3, document: resting, enabled: false, fault: null },
      { ruleId: 'garbled', version: 1, document: '{', enabled: true, fault: 'is no rule' },
    ],
    episode: (id) => episodes.find(id),
    clock,
  })
  close = () => ledger.close()
})
afterAll(async () => {
  await close()
  await api.close()
})

const resting = tilted('resting').replace('cover-askew', 'resting')

const inForce = (
  title: string,
  version: number,
  overrides: readonly RuleOverride[] = [],
): RulesInForce => ({
  rules: [{ ...parseRule(tilted(title), 'test'), version }],
  city: cityOf({ ...CITY_DATA, overrides, revision: String(version) }),
})

async function tell(id: string, ...steps: readonly (readonly [number, number])[]) {
  const device = api.registry.directory.find(id)
  if (!device) throw new Error(`no device ${id}`)
  await monitor.process(
    batchOf(steps.map(([second, tilt_deg]) => reading(device, second, { tilt_deg }))),
  )
}

const ask = (device: string, more = '') =>
  api.call('GET', `/api/v1/explain?device=${device}&rule=cover-askew${more}`)
const instant = (second: number): string => new Date(START + second * 1_000).toISOString()

test('a device that never reported is explained, and so are wrong questions', async () => {
  expect((await ask('cover-1')).body).toMatchObject({
    at: instant(60),
    reading: null,
    state: { phase: 'quiet' },
    obstacles: [{ why: 'no-reading' }],
  })
  expect((await ask('nobody')).status).toBe(404)
  expect((await ask('cover-1', '&at=yesterday')).status).toBe(400)
  expect((await ask('cover-1', '&at=8640000000000000')).status).toBe(400)
  expect((await ask('cover-1', '&at=8999-12-31T23:59:59Z')).status).toBe(200)
  const other = (rule: string) => api.call('GET', `/api/v1/explain?device=cover-1&rule=${rule}`)
  expect((await other('nothing')).status).toBe(404)
  expect((await other('resting')).body).toMatchObject({
    rule: { id: 'resting', version: 3 },
    state: null,
    obstacles: [{ why: 'rule-disabled' }],
  })
  expect((await other('garbled')).body.obstacles).toMatchObject([{ why: 'rule-unreadable' }])
})

test('why there is a case can be read from the rule, at any instant, and from the case alone', async () => {
  await tell('cover-1', [0, 2], [10, 60], [20, 60], [30, 60])
  const { body } = await ask('cover-1')
  expect(body).toMatchObject({
    rule: { version: 1, title: { zh: '井盖倾斜' }, hold_ms: 10_000, gap_ms: 180_000 },
    reading: { measuredAt: instant(30), age_ms: 30_000, units: { tilt_deg: 'deg' } },
    params: { angle_deg: { value: 15, unit: 'deg', scope: 'default', key: null } },
    schedule: { applies: true },
    state: { phase: 'active', waitsFor: 'clear', since: instant(10), confirmedAt: instant(20) },
    condition: { truth: 'true' },
    obstacles: [{ why: 'already-active' }],
  })
  const { id, number } = body.episode.case
  const before = await ask('cover-1', `&at=${instant(12)}`)
  expect(before.body).toMatchObject({
    state: { phase: 'pending', held_ms: 0, needed_ms: 10_000, until: instant(20) },
    obstacles: [{ why: 'hold', from: instant(10), until: instant(20) }],
    episode: null,
  })
  const then = await ask('cover-1', `&at=${instant(20)}`)
  expect(then.body).toMatchObject({ obstacles: [], episode: { case: { number } } })
  const shown = await api.call('GET', `/api/v1/cases/${id}`)
  expect(shown.body.basis).toMatchObject({
    episodeId: body.episode.id,
    ruleVersion: 1,
    title: { en: 'askew' },
    source: 'our default',
    clauses: [
      {
        text: "mean(tilt_deg, '1m') > params.angle_deg",
        terms: [
          { text: "mean(tilt_deg, '1m')", value: 122 / 3, unit: 'deg' },
          { text: 'params.angle_deg', value: 15, unit: 'deg' },
        ],
      },
      { text: 'tilt_deg > 3.0', terms: [{ text: 'tilt_deg', value: 60, unit: 'deg' }] },
    ],
    gap_ms: 180_000,
    silence_ms: null,
    schedule: { applies: true, from: instant(0), until: instant(43_200), name: null },
    units: { tilt_deg: 'deg' },
    startedAt: instant(10),
    group: null,
  })
})

test('nothing that changes later changes what a case says of why it was opened', async () => {
  const [{ id }] = (await api.call('GET', '/api/v1/cases')).body.items
  const before = (await api.call('GET', `/api/v1/cases/${id}`)).body
  const override = {
    ruleId: 'cover-askew',
    param: 'angle_deg',
    scope: 'device',
    key: 'cover-1',
    value: 50,
  } as const
  await monitor.adopt(inForce('fallen over', 2, [override]))
  await tell('cover-1', [5, 90], [40, 60])
  const after = (await api.call('GET', `/api/v1/cases/${id}`)).body
  expect(after.episodes[0].evidence).not.toEqual(before.episodes[0].evidence)
  expect(after.basis).toEqual(before.basis)
  expect((await ask('cover-1')).body.params.angle_deg).toMatchObject({ value: 50, key: 'cover-1' })
})

test('an episode that joined an open case says which', async () => {
  await tell('cover-2', [10, 60], [20, 60])
  const { body } = await ask('cover-2')
  const [{ number }] = (await api.call('GET', '/api/v1/cases')).body.items
  expect(body.obstacles).toMatchObject([{ why: 'merged', names: [number] }])
  expect(body.episode.case.number).toBe(number)
})

test('the explanation is for people at the command line too', async () => {
  const address = await api.app.listen({ host: '127.0.0.1', port: 0 })
  const argv = ['explain', 'cover-2', 'cover-askew', '--at', instant(12)]
  const service = ['--api', address, '--token', TOKEN]
  const { out } = await runInProcess(rulesCommand(), [...argv, ...service])
  expect(out.trim().split('\n')).toEqual([
    `cover-askew version 2 at cover-2, ${instant(12)}`,
    `reading ${instant(10)}, 2s old: tilt_deg = 60 deg`,
    'params.angle_deg = 15 deg from default',
    `schedule applies since ${instant(0)} until ${instant(43_200)}`,
    `pending since ${instant(10)} (0ms of 10s) waits for hold until ${instant(20)}`,
    'when is true',
    "  true: mean(tilt_deg, '1m') > params.angle_deg (mean(tilt_deg, '1m') = 60 deg, params.angle_deg = 15 deg)",
    '  true: tilt_deg > 3.0 (tilt_deg = 60 deg)',
    `→ hold from ${instant(10)} until ${instant(20)}`,
  ])
})

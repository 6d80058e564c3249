import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Backtest, Finding } from '#model/backtest.ts'
import type { Device } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import type { Reading } from '#model/reading.ts'
import { type EpochMs, epochMs, minutes, seconds } from '#model/time.ts'
import { BacktestDesk, type DeskParts } from '#monitor/backtest/backtest-desk.ts'
import { type BacktestOrder, runBacktest } from '#monitor/backtest/run-backtest.ts'
import { cityOf } from '#monitor/city-data.ts'
import { Monitor } from '#monitor/monitor.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { Archive } from '#store/archive.ts'
import { openCommitter } from '#store/committer.ts'
import { History } from '#store/history.ts'
import { createEpisodeQueries } from '#store/queries/episodes.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { batchOf, CITY_DATA, device, nowhere, reading, rule, START } from './fixtures.ts'

const RULES = [
  rule({
    id: 'displaced',
    when: 'tilt_deg > 15.0',
    hold: seconds(120),
    clear: 'tilt_deg < 5.0',
    clearHold: seconds(180),
    outcome: { case: 'part', condition: 'missing-or-displaced', class: '0102' },
  }),
  rule({ id: 'risen', when: 'delta(level_mm) > 50.0', clear: 'delta(level_mm) <= 0.0' }),
  rule({ id: 'open', when: 'lid_open' }),
]
const COVERS = Array.from({ length: 40 }, (_, index) => device(`cover-${index}`))
/** Tilted for some minutes, and for two days after that it says nothing of its tilt. */
const MUTE = device('cover-mute')
const MUTE_READINGS = Array.from({ length: 2_900 }, (_, index) =>
  reading(MUTE, (index - 2_900) * 60, index < 5 ? { tilt_deg: 30 } : { lid_open: false }),
)

let db: TestDatabase
let archive: Archive
let history: History

// Six hours at a reading a minute, with pauses, absent channels and wild values; sent out of order.
const readingsOf = (cover: Device, seed: number): Reading[] => {
  const random = fc.sample(
    fc.record({
      gone: fc.boolean(),
      tilt_deg: fc.option(fc.constantFrom(1, 1, 1, 10, 30, 30), { nil: undefined }),
      level_mm: fc.option(fc.constantFrom(0, 100, 200), { nil: undefined }),
      lid_open: fc.constantFrom(false, false, false, true),
    }),
    { numRuns: 360, seed },
  )
  return random.flatMap(({ gone, tilt_deg, level_mm, lid_open }, minute) => {
    if (gone && minute % 3 === 0) return []
    // Long stretches of one kind, so that holds are reached.
    const steady = Math.floor(minute / 17) % 3 === 0 ? 30 : tilt_deg
    const values = {
      lid_open,
      ...(steady === undefined ? {} : { tilt_deg: steady }),
      ...(level_mm === undefined ? {} : { level_mm }),
    }
    return [reading(cover, minute * 60, values)]
  })
}

beforeAll(async () => {
  db = await freshDatabase()
  history = new History(db.database.pool)
  archive = await Archive.open(db.database.connection)
  const options = { ...CASE_RULES, timeoutMs: 30_000 }
  const ledger = await openCommitter(db.database, options, silentLogger)
  const monitor = await Monitor.start({
    inForce: { rules: RULES, city: cityOf(CITY_DATA) },
    devices: { find: () => undefined, all: () => [] },
    silenceGrace: minutes(5),
    windowsMaxBytes: Infinity,
    ledger,
    history,
    surroundings: nowhere,
    city: { district: '140802' },
    clock: systemClock,
    log: silentLogger,
    metrics: createMetrics(),
  })
  const all = COVERS.flatMap((cover, index) => readingsOf(cover, index + 1))
  const shuffled = fc.sample(fc.shuffledSubarray(all, { minLength: all.length }), {
    numRuns: 1,
    seed: 11,
  })[0] as Reading[]
  for (let from = 0; from < shuffled.length; from += 2_000) {
    await monitor.process(batchOf(shuffled.slice(from, from + 2_000)))
  }
  await monitor.process(batchOf(MUTE_READINGS))
  await ledger.close()
}, 60_000)

afterAll(async () => {
  await archive.close()
  await db.drop()
})

const NEVER = new AbortController().signal
type Asked = Pick<BacktestOrder, 'rules' | 'devices' | 'from' | 'to'>
const run = (asked: Asked) => {
  const order = { ...asked, city: CITY_DATA, listened: [], silenceGrace: minutes(5) }
  return runBacktest(order, archive, NEVER, () => undefined)
}
const at = (minute: number): EpochMs => epochMs(START + minute * 60_000)

async function liveEpisodes(ruleId: string, from: EpochMs, to: EpochMs) {
  const found = await Promise.all(COVERS.map(({ id }) => history.episodes(id, from)))
  return found
    .flat()
    .filter((episode) => episode.ruleId === ruleId)
    .filter(({ confirmedAt }) => confirmedAt < to)
    .map(({ deviceId, startedAt, confirmedAt, endedAt, clearedAt }) => ({
      deviceId,
      startedAt,
      confirmedAt,
      // What ended after the span was not over at its end.
      endedAt: clearedAt !== null && clearedAt < to ? endedAt : null,
      clearedAt: clearedAt !== null && clearedAt < to ? clearedAt : null,
    }))
    .sort(byDeviceAndTime)
}

const byDeviceAndTime = (
  a: Pick<Finding, 'deviceId' | 'startedAt'>,
  b: Pick<Finding, 'deviceId' | 'startedAt'>,
): number =>
  a.deviceId < b.deviceId ? -1 : a.deviceId > b.deviceId ? 1 : a.startedAt - b.startedAt

const bare = ({ deviceId, startedAt, confirmedAt, endedAt, clearedAt }: Finding) => ({
  deviceId,
  startedAt,
  confirmedAt,
  endedAt,
  clearedAt,
})

test.each([
  ['all of the past', -10, 400],
  ['a span in the middle', 97, 233],
  ['a span that begins within episodes', 175, 200],
  ['a minute', 120, 121],
])('the rules in force over %s give the episodes that were live', async (_, first, last) => {
  for (const tried of RULES) {
    const { found } = await run({
      rules: [{ ...tried, params: {}, isInForce: true }],
      devices: COVERS,
      from: at(first),
      to: at(last),
    })
    const live = await liveEpisodes(tried.rule.id, at(first), at(last))
    expect((found[0] ?? []).map(bare)).toEqual(live)
    if (last > 200) expect(live.length).toBeGreaterThan(10)
  }
})

test('an episode that no reading speaks of for long is known of the rule in force alone', async () => {
  const [tried] = RULES as [(typeof RULES)[number]]
  const foundBy = async (isInForce: boolean) => {
    const rules = [{ ...tried, params: {}, isInForce }]
    return (await run({ rules, devices: [MUTE], from: at(-10), to: at(400) })).found[0]
  }
  expect(await foundBy(true)).toMatchObject([
    { deviceId: MUTE.id, startedAt: MUTE_READINGS[0]?.measuredAt, clearedAt: null },
  ])
  expect(await foundBy(false)).toEqual([])
})

function openDesk(more: Partial<DeskParts> = {}): BacktestDesk {
  const episodes = createEpisodeQueries(db.database.pool)
  return new BacktestDesk({
    run: (order, signal, onProgress) => runBacktest(order, archive, signal, onProgress),
    rules: RULES,
    cityData: () => CITY_DATA,
    listened: async () => [],
    silenceGrace: minutes(5),
    devices: () => COVERS,
    known: (phenomena, span) => episodes.ofPhenomena(phenomena, span),
    surroundings: nowhere,
    city: { timeZone: 'Asia/Shanghai' },
    clock: systemClock,
    log: silentLogger,
    ...more,
  })
}

async function finished(desk: BacktestDesk, { id }: Backtest): Promise<Backtest> {
  await desk.idle()
  return desk.get(id)
}

const whole = { where: {}, from: at(-10), to: at(400) } as const

test('a report counts what would have been, beside what was', async () => {
  const desk = openDesk()
  const started = desk.start({ rule: { ruleId: 'displaced' }, against: null, ...whole })
  expect(started).toMatchObject({ state: 'waiting', report: null })
  const { state, report } = await finished(desk, started)
  expect(state).toBe('done')
  const live = await liveEpisodes('displaced', at(-10), at(400))
  expect(report).toMatchObject({ episodes: live.length, devices: 40, compared: null })
  expect(report?.readings).toBeGreaterThan(9_000)
  expect(report?.known).toEqual({
    byCaseState: expect.objectContaining({ reported: live.length, withdrawn: 0, closed: 0 }),
    unknown: 0,
    missed: 0,
  })
  expect(report?.perDay.reduce((sum, { episodes }) => sum + episodes, 0)).toBe(live.length)
  expect(report?.busiest).toHaveLength(10)
  expect(report?.cases).toBeLessThanOrEqual(live.length)
})

const SHARPER = `
id: displaced
kind: manhole-cover
title: { en: displaced, zh: 移位 }
source: a trial
when: tilt_deg > 15.0
hold: 10m
clear: tilt_deg < 5.0
clearHold: 3m
severity: warning
outcome: { case: part, condition: missing-or-displaced, class: "0102" }
`

test('beside another version it says what appears and what is gone', async () => {
  const desk = openDesk()
  const rule = { document: SHARPER }
  const started = desk.start({ rule, against: { ruleId: 'displaced' }, ...whole })
  const { report } = await finished(desk, started)
  const { appeared = -1, vanished = -1, changed = -1, same = -1 } = report?.compared ?? {}
  const live = await liveEpisodes('displaced', at(-10), at(400))
  expect(appeared).toBe(0)
  expect(vanished).toBeGreaterThan(0)
  expect(vanished + changed + same).toBe(live.length)
  expect(report?.known.missed).toBe(vanished)
  const gone = desk.findings(started.id).filter(({ difference }) => difference === 'vanished')
  expect(gone).toHaveLength(vanished)
})

test('only the devices that were asked for are looked at', async () => {
  const desk = openDesk()
  const where = { device: 'cover-3' }
  const started = desk.start({ rule: { ruleId: 'open' }, against: null, ...whole, where })
  const { report } = await finished(desk, started)
  expect(report?.devices).toBe(1)
  expect(new Set(desk.findings(started.id).map(({ deviceId }) => deviceId))).toEqual(
    new Set(['cover-3']),
  )
})

test.each([
  ['a rule that is not right', { rule: { document: 'id: x' } }, /rule: /],
  ['a rule that is not in force', { rule: { ruleId: 'none' } }, /no rule none/],
  ['an empty span', { to: at(-10) }, /ends before it begins/],
  ['no device', { where: { group: 'nobody' } }, /no manhole-cover is selected/],
])('%s is refused at once', (_, change, reason) => {
  const request = { rule: { ruleId: 'open' }, against: null, ...whole, ...change }
  expect(() => openDesk().start(request)).toThrow(Rejected)
  expect(() => openDesk().start(request)).toThrow(reason)
})

test('trials run one after the other, can be cancelled, and fail with a reason', async () => {
  const gate = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const order: string[] = []
  const desk = openDesk({
    run: async ({ rules }, signal, onProgress) => {
      order.push(rules[0]?.rule.id ?? '')
      onProgress({ share: 0.5, readings: 7 })
      begun.resolve()
      if (order.length === 1) await gate.promise
      signal.throwIfAborted()
      throw new Rejected('too-large', 'too much of it')
    },
  })
  const [first, second, third] = ['displaced', 'risen', 'open'].map((ruleId) =>
    desk.start({ rule: { ruleId }, against: null, ...whole }),
  ) as [Backtest, Backtest, Backtest]
  await begun.promise
  expect(desk.get(first.id)).toMatchObject({ state: 'running', progress: 0.5, readings: 7 })
  const cancelled = [desk.cancel(second.id), desk.cancel(first.id)]
  gate.resolve()
  expect((await Promise.all(cancelled)).map(({ state }) => state)).toEqual([
    'cancelled',
    'cancelled',
  ])
  expect(await finished(desk, third)).toMatchObject({ state: 'failed', fault: 'too much of it' })
  expect(order).toEqual(['displaced', 'open'])
  expect(desk.list().map(({ id }) => id)).toEqual([third.id, second.id, first.id])
})

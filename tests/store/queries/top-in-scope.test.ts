import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Scope, WHOLE_CITY } from '#model/principal.ts'
import type { Reading } from '#model/reading.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { type Committer, openCommitter } from '#store/committer.ts'
import { DaySummaries, dayOf, startOfDay } from '#store/days/day-summaries.ts'
import { createTopQueries } from '#store/queries/top-devices.ts'
import { commit, device, NOON, reading } from '#tests/store/fixtures.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'

const HOUR = 3_600_000
const TODAY = dayOf(NOON)
const CITY = WHOLE_CITY
// The third in a grid of the second district; the last in no area and no network.
const GAUGES = [
  { grid: '140801001001001', network: 'north' },
  { grid: '140801001002001', network: 'south' },
  { grid: '140802001001001', network: 'north' },
  { grid: '140801001001002', network: null },
  { grid: null, network: null },
].map((place, n) => ({ ...place, device: device(`gauge-${n}`, 'pipe-gauge') }))

let fresh: TestDatabase
let committer: Committer
let stored: Reading[] = []
let seq = 0

beforeAll(async () => {
  fresh = await freshDatabase()
  committer = await openCommitter(
    fresh.database,
    { ...CASE_RULES, timeoutMs: 30_000 },
    silentLogger,
  )
  for (const { device: of, grid, network } of GAUGES) {
    await fresh.database.pool.query(
      `insert into device (id, kind, grid_code, device_group, reporting_interval_ms, secret_hash)
       values ($1, 'pipe-gauge', $2, $3, 300000, 'none')`,
      [of.id, grid, network],
    )
  }
})
afterAll(async () => {
  await committer.close()
  await fresh.drop()
})
beforeEach(async (context) => {
  // There days are not summed up by Wanmi, and the readings answer.
  if (fresh.database.timescale) context.skip()
  await empty()
})

async function empty(): Promise<void> {
  stored = []
  await fresh.database.pool.query(
    `truncate reading_pipe_gauge, reading_day, reading_day_done, reading_day_late;
     update reading_summary_owner set is_settled = true`,
  )
}

async function open(): Promise<DaySummaries> {
  const { pool } = fresh.database
  const clock = { now: () => NOON }
  const days = new DaySummaries({ pool, clock, horizonDays: 30, retentionDays: 0 })
  await days.open()
  return days
}

async function store(readings: readonly Reading[], days: DaySummaries): Promise<void> {
  await committer.commit(commit(committer.lastNumber + 1, { readings }))
  stored.push(...readings)
  days.heard(readings)
}

const flow = (n: number, minute: number, flow_l_s: number | null): Reading => {
  seq += 1
  const of = GAUGES[n]?.device ?? device('nobody')
  const channels = flow_l_s === null ? { battery_pct: 99 } : { flow_l_s, battery_pct: 1 }
  return reading(of, NOON + minute * 60_000, channels, { seq })
}

interface Asked {
  readonly from: EpochMs
  readonly to: EpochMs
  readonly most: 'max' | 'min'
  readonly scope: Scope
}

/** The same by looking at every reading. */
function truth({ from, to, most, scope }: Asked) {
  const seen = GAUGES.filter(
    ({ grid, network }) =>
      (scope.areas === null || scope.areas.some((area) => grid?.startsWith(area))) &&
      (scope.networks === null || scope.networks.some((each) => each === network)),
  ).map((each) => each.device.id)
  const best = new Map<string, number>()
  for (const { device: of, measuredAt, values } of stored) {
    const value = values[1]
    if (typeof value !== 'number' || measuredAt < from || measuredAt >= to) continue
    if (!seen.includes(of.id)) continue
    best.set(of.id, Math[most](value, best.get(of.id) ?? value))
  }
  return [...best]
    .map(([deviceId, value]) => ({ deviceId, value }))
    .sort(
      (a, b) =>
        (most === 'max' ? b.value - a.value : a.value - b.value) ||
        (a.deviceId < b.deviceId ? -1 : 1),
    )
}

const ask = async (days: DaySummaries | null, asked: Asked) => {
  const summaries = { isSummed: () => false }
  const queries = createTopQueries({ pool: fresh.database.pool, summaries, days })
  const question = { kind: 'pipe-gauge', channel: 'flow_l_s', limit: 50, ...asked }
  return (await queries.top(question)).devices
}

const SCOPES: readonly Scope[] = [
  { ...CITY, areas: ['140801'] },
  { ...CITY, areas: ['140801001001', '140802'] },
  { ...CITY, networks: ['north'] },
  { ...CITY, areas: ['140801'], networks: ['north', 'south'] },
  { ...CITY, areas: [] },
]

test('whatever came when, the first devices of a scope and span are those of its readings', async () => {
  const hour = fc.integer({ min: -80, max: 6 })
  const one = fc.tuple(
    fc.nat(GAUGES.length - 1),
    fc.integer({ min: -80 * 60, max: 5 * 60 }),
    fc.option(fc.integer({ min: 0, max: 40 }), { freq: 8 }),
  )
  const step = fc.record({
    batch: fc.array(one, { minLength: 1, maxLength: 60 }),
    sums: fc.boolean(),
  })
  const asked = fc.record({
    span: fc.tuple(hour, hour),
    most: fc.constantFrom('max' as const, 'min' as const),
    scope: fc.constantFrom(...SCOPES),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 4 }),
      fc.array(asked, { minLength: 6, maxLength: 12 }),
      async (steps, questions) => {
        await empty()
        const days = await open()
        for (const { batch, sums } of steps) {
          await store(
            batch.map(([n, minute, value]) => flow(n, minute, value)),
            days,
          )
          if (sums) await days.catchUp({ atOnce: true })
        }
        for (const { span, ...rest } of questions) {
          const [from, to] = span.toSorted((a, b) => a - b).map((h) => epochMs(NOON + h * HOUR))
          if (from === undefined || to === undefined || from === to) continue
          const question = { ...rest, from, to }
          expect(await ask(days, question)).toEqual(truth(question))
        }
      },
    ),
    { numRuns: 8 },
  )
}, 60_000)

test('over days that are summed up no reading is read, and devices with late ones are', async () => {
  const days = await open()
  const yesterday = { from: startOfDay(TODAY - 1), to: startOfDay(TODAY) }
  const asked = { ...yesterday, most: 'max' as const, scope: { ...CITY, areas: ['140801'] } }
  await store([flow(0, -24 * 60, 10), flow(1, -24 * 60, 20), flow(2, -24 * 60, 30)], days)
  await days.catchUp({ atOnce: true })
  await store([flow(1, -25 * 60, 40)], days)
  // What answers without the readings of the first was summed up; those of the second are needed.
  await fresh.database.pool.query("delete from reading_pipe_gauge where device_id = 'gauge-0'")
  expect(await ask(days, asked)).toEqual([
    { deviceId: 'gauge-1', value: 40 },
    { deviceId: 'gauge-0', value: 10 },
  ])
})

test('the first and the last hour of a day of China are of that day', async () => {
  const days = await open()
  const midnight = startOfDay(TODAY - 1)
  const at = (n: number, instant: number, value: number): Reading =>
    flow(n, (instant - NOON) / 60_000, value)
  await store(
    [at(0, midnight - 60_000, 50), at(0, midnight, 10), at(1, midnight + 24 * HOUR - 60_000, 20)],
    days,
  )
  await store([at(1, midnight + 24 * HOUR, 60)], days)
  await days.catchUp({ atOnce: true })
  const scope = { ...CITY, areas: ['140801'] }
  for (const [from, to] of [
    [0, 24],
    [-1, 24],
    [0, 25],
    [1, 23],
    [23, 24],
    [0, 1],
  ] as const) {
    const span = { from: epochMs(midnight + from * HOUR), to: epochMs(midnight + to * HOUR) }
    const asked = { ...span, most: 'max' as const, scope }
    expect(await ask(days, asked)).toEqual(truth(asked))
  }
})

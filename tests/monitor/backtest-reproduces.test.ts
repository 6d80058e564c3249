import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PlacedFinding } from '#model/backtest.ts'
import type { Episode } from '#model/episode.ts'
import { type EpochMs, epochMs, minutes, plus, seconds } from '#model/time.ts'
import { BacktestDesk } from '#monitor/backtest/backtest-desk.ts'
import { runBacktest } from '#monitor/backtest/run-backtest.ts'
import { type CityData, cityOf } from '#monitor/city-data.ts'
import { Monitor } from '#monitor/monitor.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { Archive } from '#store/archive.ts'
import { openCommitter } from '#store/committer.ts'
import { History } from '#store/history.ts'
import { createEpisodeQueries } from '#store/queries/episodes.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { AREAS, GROUP_RULES, OVERRIDES, SINGLE_RULES } from './backtest-rules.ts'
import {
  DEVICES,
  HOURS,
  LISTENED_MINUTES,
  SURROUNDINGS,
  shuffledReadings,
} from './backtest-world.ts'
import { batchOf, CITY_DATA, START } from './fixtures.ts'

const RULES = [...SINGLE_RULES, ...GROUP_RULES]
const CITY: CityData = { ...CITY_DATA, areas: AREAS, overrides: OVERRIDES }
const BY_ID = new Map(DEVICES.map((device) => [device.id, device]))
const at = (minute: number): EpochMs => epochMs(START + minute * 60_000)

let db: TestDatabase
let archive: Archive
let history: History
let now = at(HOURS * 60)
const clock = { now: () => now }

beforeAll(async () => {
  db = await freshDatabase()
  history = new History(db.database.pool)
  archive = await Archive.open(db.database.connection)
  for (const [from, to] of LISTENED_MINUTES) {
    await db.database.pool.query('INSERT INTO listened VALUES ($1, $2)', [
      new Date(at(from)),
      new Date(at(to)),
    ])
  }
  const options = { ...CASE_RULES, timeoutMs: 30_000 }
  const ledger = await openCommitter(db.database, options, silentLogger)
  const monitor = await Monitor.start({
    inForce: { rules: RULES, city: cityOf(CITY) },
    devices: { find: (id) => BY_ID.get(id), all: () => DEVICES },
    silenceGrace: minutes(5),
    windowsMaxBytes: Infinity,
    ledger,
    history,
    surroundings: SURROUNDINGS,
    city: { district: '140802' },
    clock,
    log: silentLogger,
    metrics: createMetrics(),
  })
  const readings = shuffledReadings()
  for (let from = 0; from < readings.length; from += 1_000) {
    await monitor.process(batchOf(readings.slice(from, from + 1_000)))
  }
  // As time passes, those that are silent now are found to be.
  for (let beat = 0; beat < 150; beat++) {
    now = plus(now, seconds(5))
    await monitor.tick()
  }
  await ledger.close()
}, 120_000)

afterAll(async () => {
  await archive.close()
  await db.drop()
})

async function trial(
  ruleId: string,
  from: EpochMs,
  to: EpochMs,
): Promise<readonly PlacedFinding[]> {
  const episodes = createEpisodeQueries(db.database.pool)
  const desk = new BacktestDesk({
    run: (order, signal, onProgress) => runBacktest(order, archive, signal, onProgress),
    rules: RULES,
    cityData: () => CITY,
    listened: (since) => history.listened(since),
    silenceGrace: minutes(5),
    devices: () => DEVICES,
    known: (phenomena, span) => episodes.ofPhenomena(phenomena, span),
    surroundings: SURROUNDINGS,
    city: { timeZone: 'Asia/Shanghai' },
    clock,
    log: silentLogger,
  })
  const { id } = desk.start({ rule: { ruleId }, against: null, where: {}, from, to })
  await desk.idle()
  expect(desk.get(id)).toMatchObject({ state: 'done', fault: null })
  return desk.findings(id)
}

type Fact = Pick<
  Episode,
  'deviceId' | 'role' | 'severity' | 'startedAt' | 'confirmedAt' | 'endedAt' | 'clearedAt'
> & { readonly group: string | null; readonly grades: string }

/** What is known of something at `to`. */
const factOf = (
  {
    deviceId,
    role,
    severity,
    grades,
    startedAt,
    confirmedAt,
    endedAt,
    clearedAt,
  }: Omit<Fact, 'group' | 'grades'> & Pick<Episode, 'grades'>,
  group: string | null,
  to: EpochMs,
): Fact => {
  const isOver = clearedAt !== null && clearedAt < to
  const until = grades.filter((grade) => grade.at < to)
  return {
    deviceId,
    role,
    group,
    severity: until.at(-1)?.severity ?? severity,
    grades: until.map((grade) => `${grade.severity} ${grade.at}`).join(),
    startedAt,
    confirmedAt,
    endedAt: isOver ? endedAt : null,
    clearedAt: isOver ? clearedAt : null,
  }
}

const sorted = (facts: readonly Fact[]): readonly Fact[] =>
  facts.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

async function live(ruleId: string, from: EpochMs, to: EpochMs): Promise<readonly Fact[]> {
  const all = await history.episodesOfRules([ruleId], epochMs(0))
  const own = all.filter(
    ({ confirmedAt, clearedAt }) => confirmedAt < to && (clearedAt ?? to) >= from,
  )
  const groups = new Map(
    own.filter(({ role }) => role === 'group').map((each) => [each.id, nameOf(each)]),
  )
  return sorted(own.map((each) => factOf(each, groups.get(each.groupId ?? each.id) ?? null, to)))
}

const nameOf = ({ scope, confirmedAt }: Pick<Episode, 'scope' | 'confirmedAt'>): string =>
  `${scope} ${confirmedAt}`

async function tried(ruleId: string, from: EpochMs, to: EpochMs): Promise<readonly Fact[]> {
  const found = await trial(ruleId, from, to)
  const groups = new Map(
    found.filter(({ role }) => role === 'group').map((each) => [each.group, nameOf(each)]),
  )
  return sorted(found.map((each) => factOf(each, groups.get(each.group) ?? null, to)))
}

describe.each(SINGLE_RULES.map(({ rule }) => [rule.id] as const))('the rule %s', (id) => {
  test.each([
    ['all of the past', -10, null],
    ['a span in the middle', 97, 233],
    ['a span that ends while Wanmi was away', 150, 190],
    ['the last of it', 430, null],
    ['a minute', 301, 302],
  ])('over %s gives the episodes that were live', async (_, first, last) => {
    const to = last === null ? now : at(last)
    const expected = await live(id, at(first), to)
    expect(await tried(id, at(first), to)).toEqual(expected)
    if (first < 0) expect(expected.length).toBeGreaterThan(5)
  })
})

describe.each(GROUP_RULES.map(({ rule }) => [rule.id] as const))('the rule %s', (id) => {
  test.each([
    ['all of the past', -10],
    ['what begins within groups', 115],
    ['the last of it', 465],
  ])('over %s gives the groups and members that were live', async (_, first) => {
    const expected = await live(id, at(first), now)
    expect(await tried(id, at(first), now)).toEqual(expected)
    const roles = Map.groupBy(expected, ({ role }) => role)
    if (first < 0) {
      expect(roles.get('group')?.length).toBeGreaterThan(1)
      expect(roles.get('member')?.length).toBeGreaterThan(5)
    }
  })
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Device } from '#model/device.ts'
import { WHOLE_CITY } from '#model/principal.ts'
import { compareReadings, type Reading } from '#model/reading.ts'
import { epochMs, minutes, seconds } from '#model/time.ts'
import { cityOf } from '#monitor/city-data.ts'
import { Monitor } from '#monitor/monitor.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { openCommitter } from '#store/committer.ts'
import { History } from '#store/history.ts'
import { createCaseQueries } from '#store/queries/cases.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { batchOf, CITY_DATA, device, nowhere, reading, rule } from './fixtures.ts'

const RULES = [
  rule({
    id: 'displaced',
    when: 'tilt_deg > 15.0',
    hold: seconds(10),
    clear: 'tilt_deg < 5.0',
    clearHold: seconds(60),
    outcome: { case: 'part', condition: 'missing-or-displaced', class: '0102' },
  }),
  rule({ id: 'risen', when: 'delta(level_mm) > 50.0', clear: 'delta(level_mm) <= 0.0' }),
]

let db: TestDatabase
beforeAll(async () => {
  db = await freshDatabase()
})
afterAll(() => db.drop())

/** A monitor on the real store; starting one fences the one before. */
async function start() {
  const ledger = await openCommitter(
    db.database,
    { ...CASE_RULES, timeoutMs: 30_000 },
    silentLogger,
  )
  const history = new History(db.database.pool)
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
  return { ledger, history, monitor }
}

/** A day at one reading a minute: three displacements, some shaking, a level that climbs at times. */
const dayOf = (cover: Device): Reading[] =>
  Array.from({ length: 1_440 }, (_, minute) =>
    reading(cover, minute * 60, {
      tilt_deg: minute % 480 < 4 ? 30 : minute % 100 === 50 ? 20 : 1,
      level_mm: minute % 300 < 10 ? minute * 60 : 100,
    }),
  )

async function episodesOf(history: History, cover: Device) {
  const found = await history.episodes(cover.id, epochMs(0))
  return found.map(({ ruleId, startedAt, confirmedAt, endedAt, clearedAt, evidence }) => ({
    ruleId,
    startedAt,
    confirmedAt,
    endedAt,
    clearedAt,
    evidence,
  }))
}

test('a day sent backwards, doubled and across restarts leaves the episodes of the day itself', async () => {
  const [straight, crooked] = [device('straight'), device('crooked')]
  const first = await start()
  await first.monitor.process(batchOf(dayOf(straight)))
  const expected = await episodesOf(first.history, straight)
  expect(expected.filter(({ ruleId }) => ruleId === 'displaced')).toHaveLength(3)
  await first.ledger.close()

  const backwards = dayOf(crooked).toSorted((a, b) => compareReadings(b, a))
  for (let from = 0; from < backwards.length; from += 360) {
    const { monitor, ledger } = await start()
    const chunk = backwards.slice(from, from + 360)
    await monitor.process(batchOf(chunk))
    await monitor.process(batchOf(chunk.slice(0, 40)))
    await ledger.close()
  }
  const last = await start()
  expect(await episodesOf(last.history, crooked)).toEqual(expected)
  const page = await createCaseQueries(db.database.pool).list({ limit: 10, scope: WHOLE_CITY })
  expect(new Set(page.items.map(({ objectId }) => objectId))).toEqual(
    new Set(['crooked', 'straight']),
  )
  await last.ledger.close()
})

test('late readings that undo an episode withdraw its case, which nobody has acted on', async () => {
  const cover = device('settled')
  const { monitor, ledger } = await start()
  const opened = await monitor.process(
    batchOf([reading(cover, 0, { tilt_deg: 30 }), reading(cover, 12, { tilt_deg: 30 })]),
  )
  expect(opened.cases).toMatchObject([{ type: 'opened', case: { state: 'reported' } }])
  const undone = await monitor.process(batchOf([reading(cover, 6, { tilt_deg: 0 })]))
  expect(undone.cases).toMatchObject([
    { type: 'episode-gone', case: { state: 'reported' } },
    { type: 'withdrawn', case: { state: 'withdrawn' } },
  ])
  const events = await createCaseQueries(db.database.pool).events(opened.cases[0]?.case.id ?? '')
  expect(events.map(({ type }) => type)).toEqual(['opened', 'episode-gone', 'withdrawn'])
  await ledger.close()
})

test('thousands of devices are recalled at once after a start', async () => {
  const covers = Array.from({ length: 3_000 }, (_, index) => device(`many-${index}`))
  const batchAt = (second: number) =>
    batchOf(covers.map((cover) => reading(cover, second, { tilt_deg: second >= 20 ? 30 : 1 })))
  const before = await start()
  await before.monitor.process(batchAt(0))
  await before.monitor.process(batchAt(20))
  await before.ledger.close()
  const { monitor, ledger } = await start()
  const outcome = await monitor.process(batchAt(31))
  expect(outcome.cases).toHaveLength(covers.length)
  await ledger.close()
})

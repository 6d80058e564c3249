import { afterEach, beforeEach, expect, test } from 'vitest'
import { type EpochMs, epochMs, minutes, seconds } from '#model/time.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import { ADMIN_TOKEN } from '#tests/support/service-process.ts'
import { HandClock, LivingCity } from './living-city.ts'

const SILENT = `
id: cover-silent
kind: manhole-cover
title: { en: cover silent, zh: 井盖失联 }
source: our default
silent: 3 intervals
severity: notice
outcome: { case: none }
`

let db: TestDatabase
let folder: ScratchFolder
const cities: LivingCity[] = []

beforeEach(async () => {
  db = await freshDatabase()
  folder = await scratchFolder()
})

afterEach(async () => {
  for (const city of cities.splice(0)) await city.stop()
  await db.drop()
  await folder[Symbol.asyncDispose]()
})

async function start(clock: HandClock, handoverWaitMs = 0): Promise<LivingCity> {
  const city = await LivingCity.start({
    databaseUrl: db.url,
    folder: `${folder.path}/rules`,
    rules: { 'cover-silent': SILENT },
    clock,
    handoverWaitMs,
  })
  cities.push(city)
  return city
}

async function metrics(city: LivingCity): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${city.address.api}/metrics`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
  })
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith('wanmi_'))
  return new Map(
    lines.map((line) => {
      const [name = '', value] = line.split(' ')
      return [name, Number(value)]
    }),
  )
}

test('of two processes on one database the younger listens, and the older ends though nothing comes', async () => {
  const clock = new HandClock(epochMs(Date.UTC(2026, 10, 10, 2)))
  const older = await start(clock)
  await older.live(minutes(1), [])
  const younger = await start(clock)
  clock.move(seconds(10))
  await expect(older.service.tick()).rejects.toThrow(/another Wanmi process/)
  expect(await older.service.failed).toMatchObject({ code: 'database-fenced' })
  await younger.service.tick()
  await younger.live(minutes(1), [])
  const { rows } = await db.database.pool.query<{ from: EpochMs; to: EpochMs }>(
    'SELECT from_at AS from, to_at AS to FROM listened ORDER BY 1',
  )
  // The first stands for the time before anybody listened.
  const [, first, second, ...rest] = rows
  expect(rest).toEqual([])
  expect((first?.to ?? 0) - (first?.from ?? 0)).toBe(minutes(1))
  expect(second?.from).toBeGreaterThanOrEqual(first?.to ?? Infinity)
})

test('a process that starts asks the older to hand over, and takes over when that has ended', async () => {
  const clock = new HandClock(epochMs(Date.UTC(2026, 10, 10, 2)))
  const older = await start(clock)
  await older.add(['well'])
  await older.report('well', { tilt_deg: 1 })
  const starting = start(clock, 60_000)
  await older.service.succeeded
  // Until it has done so, it is the one that takes messages.
  clock.move(seconds(60))
  await older.report('well', { tilt_deg: 2 })
  // A device that is added now was not there when the younger read which there are.
  await older.add(['late'])
  await older.service.handOver()
  const younger = await starting
  clock.move(seconds(60))
  for (const id of ['well', 'late']) await younger.report(id, { tilt_deg: 3 })
  const stored = await db.database.pool.query<{ id: string; count: number }>(
    `SELECT device_id AS id, count(*)::integer AS count FROM reading_manhole_cover
     GROUP BY 1 ORDER BY 1`,
  )
  expect(stored.rows).toEqual([
    { id: 'late', count: 1 },
    { id: 'well', count: 3 },
  ])
})

test('metrics and readiness tell how the rules are doing', async () => {
  const clock = new HandClock(epochMs(Date.UTC(2026, 10, 10, 2)))
  const city = await start(clock)
  await city.add(['well', 'dead'])
  await city.live(minutes(10), ['well', 'dead'])
  await city.live(minutes(5), ['well'])
  // The second of these comes late.
  await city.report('well', { tilt_deg: 1 })
  clock.back(seconds(30))
  await city.report('well', { tilt_deg: 1 })
  clock.move(seconds(30))
  const told = await metrics(city)
  expect(Object.fromEntries(told)).toMatchObject({
    wanmi_rules_in_force: 1,
    wanmi_rules_warm: 1,
    wanmi_devices_remembered: 2,
    wanmi_episodes_open: 1,
    wanmi_silences_opened_total: 1,
    wanmi_late_refolds_total: 1,
  })
  expect(told.get('wanmi_recall_seconds_count')).toBeGreaterThan(0)
  const ready = await fetch(`${city.address.api}/health/ready`)
  expect(await ready.json()).toMatchObject({ status: 'ready', rules: 'warm' })
})

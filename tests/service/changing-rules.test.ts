import { afterEach, beforeEach, expect, test } from 'vitest'
import { epochMs, minutes } from '#model/time.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import { HandClock, LivingCity } from './living-city.ts'

const START = epochMs(Date.UTC(2026, 10, 10, 2))
const tilted = (angle_deg: number): string => `
id: tilted
kind: manhole-cover
title: { en: tilted, zh: 倾斜 }
source: our default
params: { angle_deg: { default: ${angle_deg}.0, unit: deg, title: { en: angle, zh: 角度 } } }
when: tilt_deg > params.angle_deg
severity: warning
outcome: { case: none }
`
const FLOODED = `
id: flooded
kind: manhole-cover
title: { en: flooded, zh: 积水 }
source: our default
when: level_mm > 500.0
hold: 5m
severity: warning
outcome: { case: none }
`
const SILENT = `
id: cover-silent
kind: manhole-cover
title: { en: cover silent, zh: 失联 }
source: our default
silent: 3 intervals
severity: notice
outcome: { case: none }
`

let db: TestDatabase
let folder: ScratchFolder
let city: LivingCity

beforeEach(async () => {
  db = await freshDatabase()
  folder = await scratchFolder()
  city = await LivingCity.start({
    databaseUrl: db.url,
    folder: `${folder.path}/rules`,
    rules: { tilted: tilted(15), flooded: FLOODED, 'cover-silent': SILENT },
    clock: new HandClock(START),
  })
})

afterEach(async () => {
  await city.stop()
  await db.drop()
  await folder[Symbol.asyncDispose]()
})

const put = (document: string) => city.send('PUT', '/api/v1/rules/tilted', document, 'text/yaml')

/** One after the other, a minute apart. */
async function report(id: string, ...values: readonly object[]): Promise<void> {
  for (const each of values) {
    city.clock.move(minutes(1))
    await city.report(id, each)
  }
}

test('the next reading is judged by the version that was put, and what other rules wait for goes on', async () => {
  await city.add(['cover', 'other'])
  await report('cover', { tilt_deg: 12, level_mm: 100 }, { tilt_deg: 12, level_mm: 600 })
  const holdsFrom = new Date(city.clock.now()).toISOString()
  await report('cover', { tilt_deg: 12, level_mm: 600 })
  expect(await city.episodes()).toEqual([])

  // Others publish all the while.
  const changed = new AbortController()
  const publishing = (async () => {
    for (let seq = 0; !changed.signal.aborted; seq++) {
      await city.report('other', { level_mm: 100, seq })
    }
  })()
  await put(tilted(10))
  await report('cover', { tilt_deg: 12, level_mm: 600 })
  changed.abort()
  await publishing
  expect(await city.episodes()).toMatchObject([
    { deviceId: 'cover', ruleId: 'tilted', ruleVersion: 2, clearedAt: null },
  ])

  await report('cover', { level_mm: 600 }, { level_mm: 600 }, { level_mm: 600 })
  expect(await city.episodes('?ruleId=flooded')).toMatchObject([
    { deviceId: 'cover', startedAt: holdsFrom, ruleVersion: 1 },
  ])

  // And back: what is right by the older version is put right by the next reading.
  await city.send('POST', '/api/v1/rules/tilted/rollback', { version: 1 })
  await report('cover', { tilt_deg: 12, level_mm: 600 })
  expect(await city.episodes('?ruleId=tilted')).toMatchObject([{ clearedAt: expect.any(String) }])
  expect(await city.episodes('?ruleId=flooded')).toMatchObject([{ clearedAt: null }])
})

test('a rule that is disabled ends its open episode once, and may find it anew when enabled', async () => {
  await city.add(['cover'])
  await report('cover', { tilt_deg: 2, level_mm: 600 }, { tilt_deg: 30, level_mm: 600 })
  const lastAt = new Date(city.clock.now()).toISOString()
  await city.send('POST', '/api/v1/rules/tilted/disable', {})
  await expect.poll(() => city.episodes('?state=open')).toEqual([])
  const [ended] = await city.episodes('?ruleId=tilted')
  expect(ended).toMatchObject({ endedAt: lastAt, clearedAt: lastAt, withdrawnAt: null })

  await report('cover', { tilt_deg: 30, level_mm: 600 }, { tilt_deg: 31, level_mm: 600 })
  await city.service.tick()
  expect(await city.episodes('?ruleId=tilted')).toEqual([ended])

  await city.send('POST', '/api/v1/rules/tilted/enable', {})
  await report('cover', { tilt_deg: 30, level_mm: 600 }, { tilt_deg: 30, level_mm: 600 })
  const [again, before, ...rest] = await city.episodes('?ruleId=tilted')
  expect(rest).toEqual([])
  expect(before).toEqual(ended)
  expect(again).toMatchObject({ clearedAt: null })
  expect(Date.parse(again?.startedAt ?? '')).toBeGreaterThan(Date.parse(lastAt))
  // Through all of it the other rule has held for its five minutes.
  expect(await city.episodes('?ruleId=flooded')).toMatchObject([{ clearedAt: null }])
})

test('a value for some devices holds from the next reading on, for them alone', async () => {
  await city.add(['one', 'two'])
  for (const id of ['one', 'two']) await report(id, { tilt_deg: 5 }, { tilt_deg: 12 })
  await city.send('PUT', '/api/v1/rules/tilted/overrides', {
    param: 'angle_deg',
    scope: 'device',
    key: 'one',
    value: 10,
  })
  for (const id of ['one', 'two']) await report(id, { tilt_deg: 12 })
  expect(await city.episodes('?ruleId=tilted')).toMatchObject([{ deviceId: 'one' }])
})

test('a document that names a schedule which is not there is refused and changes nothing', async () => {
  await city.add(['cover'])
  const bad = tilted(1).replace('severity', 'schedule: tea-time\nseverity')
  await expect(put(bad)).rejects.toThrow(/there is no schedule tea-time/)
  await report('cover', { tilt_deg: 12 })
  expect(await city.episodes()).toEqual([])
})

test('a device that gets another interval or is shut out is looked at anew without a reading', async () => {
  await city.add(['slow', 'shut'])
  await city.live(minutes(5), ['slow', 'shut'])
  const patch = (id: string, body: object) => city.send('PATCH', `/api/v1/devices/${id}`, body)
  await city.live(minutes(4), [])
  expect(await city.episodes('?state=open')).toHaveLength(2)
  // By its longer interval it is not silent yet; what was found stands until it says something.
  await patch('slow', { reportingInterval_s: 600 })
  await patch('shut', { enabled: false })
  await city.live(minutes(1), [])
  expect(await city.episodes('?state=open')).toMatchObject([{ deviceId: 'slow' }])
  expect(await city.episodes('?deviceId=shut')).toMatchObject([{ clearedAt: expect.any(String) }])
  city.measure(['slow'])
  await city.flush(['slow'])
  await city.live(minutes(20), [])
  expect(await city.episodes('?state=open')).toEqual([])
  await city.live(minutes(15), [])
  expect(await city.episodes('?state=open')).toMatchObject([{ deviceId: 'slow' }])
})

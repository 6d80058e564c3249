import { afterEach, beforeEach, expect, test } from 'vitest'
import { epochMs, hours, minutes, seconds } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { EmbeddedServer } from '#store/embedded/embedded-server.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import { freePort } from '#tests/support/service-process.ts'
import { HandClock, LivingCity } from './living-city.ts'

const START = epochMs(Date.UTC(2026, 10, 10, 2))
const SILENT = `
id: cover-silent
kind: manhole-cover
title: { en: cover silent, zh: 井盖失联 }
source: our default
silent: 3 intervals
severity: notice
outcome: { case: part, condition: missing-or-displaced, class: "0102" }
`
/** Longer than the grace of five minutes and the limit of three together. */
const LONG = minutes(10)

let db: TestDatabase
let folder: ScratchFolder
let city: LivingCity

beforeEach(async () => {
  db = await freshDatabase()
  folder = await scratchFolder()
})

afterEach(async () => {
  await city.stop()
  await db.drop()
  await folder[Symbol.asyncDispose]()
})

const startCity = (rules: Readonly<Record<string, string>>, databaseUrl = db.url) =>
  LivingCity.start({
    databaseUrl,
    folder: `${folder.path}/rules`,
    rules,
    clock: new HandClock(START),
  })

const WELL = ['well-1', 'well-2', 'well-3']

test('after an hour in which the service was stopped nobody is silent but who died before', async () => {
  city = await startCity({ 'cover-silent': SILENT })
  await city.add([...WELL, 'mute', 'dead'])
  await city.live(LONG, [...WELL, 'mute', 'dead'])
  // Just before the stop; too short a time to be found silent by then.
  await city.live(minutes(1), [...WELL, 'mute'])

  await city.stop()
  city.clock.move(hours(1))
  city.measure(WELL)
  await city.open()
  // What one of them measured meanwhile is gone; all come back late within the grace.
  city.lose('mute')
  await city.live(minutes(4), [])
  await city.flush(WELL)
  await city.live(LONG, [...WELL, 'mute'])

  const episodes = await city.episodes()
  expect(episodes).toMatchObject([{ deviceId: 'dead', clearedAt: null, withdrawnAt: null }])
  expect(await city.cases()).toMatchObject([{ objectId: 'dead', state: 'reported' }])

  // Once more: neither is it found anew, nor anybody else.
  await city.stop()
  city.clock.move(hours(1))
  await city.open()
  city.measure(WELL)
  city.lose('mute')
  await city.flush(WELL)
  await city.live(LONG, [...WELL, 'mute'])
  expect(await city.episodes()).toEqual(episodes)
  expect(await city.cases()).toHaveLength(1)
}, 120_000)

test('after an hour without the database nobody is silent but who died before', async () => {
  const databasePort = await freePort()
  const config = { dataDir: `${folder.path}/database`, databasePort, minFreeMb: 0 }
  let server = await EmbeddedServer.open(config, silentLogger)
  city = await startCity({ 'cover-silent': SILENT }, server.url('postgres'))
  try {
    await city.add([...WELL, 'dead'])
    await city.live(LONG, [...WELL, 'dead'])
    await city.live(minutes(1), WELL)

    await server.stop()
    city.clock.move(seconds(10))
    const ticks = [city.service.tick()]
    city.clock.move(minutes(30))
    city.measure(WELL)
    const waiting = city.flush(WELL)
    city.clock.move(minutes(30))
    ticks.push(city.service.tick())
    server = await EmbeddedServer.open(config, silentLogger)
    await Promise.all([waiting, ...ticks])
    await city.live(LONG, WELL)

    expect(await city.episodes()).toMatchObject([{ deviceId: 'dead', clearedAt: null }])
    expect(await city.cases()).toMatchObject([{ objectId: 'dead' }])
  } finally {
    await city.stop()
    await server.stop()
  }
}, 120_000)

test('a process that hung, and a clock that was put forward or back, make nobody silent', async () => {
  city = await startCity({ 'cover-silent': SILENT })
  await city.add([...WELL, 'dead'])
  await city.live(LONG, [...WELL, 'dead'])
  await city.live(minutes(1), WELL)

  city.clock.move(hours(1))
  await city.service.tick()
  city.measure(WELL)
  await city.flush(WELL)
  await city.live(LONG, WELL)
  const episodes = await city.episodes()
  expect(episodes).toMatchObject([{ deviceId: 'dead', withdrawnAt: null }])

  // Everybody's clock was wrong by an hour: what they measure now lies before what they measured.
  city.clock.back(hours(1))
  for (const id of WELL) city.lose(id)
  await city.live(hours(1) + LONG, WELL)
  expect(await city.episodes()).toEqual(episodes)

  // The clock of the service alone is wrong: what is measured now looks an hour old.
  city.clock.move(hours(1))
  for (let minute = 0; minute < 20; minute++) {
    for (let beat = 0; beat < 6; beat++) {
      city.clock.move(seconds(10))
      await city.service.tick()
    }
    city.clock.back(hours(1))
    city.measure(WELL)
    city.clock.move(hours(1))
    await city.flush(WELL)
  }
  expect(await city.episodes()).toEqual(episodes)
  expect(await city.cases()).toHaveLength(1)
}, 120_000)

test('a backlog that comes in pieces takes a silence back, once and for good', async () => {
  city = await startCity({ 'cover-silent': SILENT })
  const ids = ['talking', 'broken']
  await city.add(ids)
  await city.live(LONG, ids)
  await city.live(hours(2), [])
  expect(await city.episodes('?state=open')).toHaveLength(2)
  expect(await city.cases('?state=reported')).toHaveLength(2)

  // One had only lost its line; the other measured nothing for the first hour.
  city.measure(['talking'])
  city.clock.back(hours(1))
  city.lose('broken')
  city.clock.move(hours(1))
  city.measure(['broken'])
  for (let piece = 0; piece < 30; piece++) {
    await city.flush(ids, 5)
    await city.live(seconds(80), [])
    city.measure(ids)
  }
  await city.live(LONG, ids)

  const [talking, ...others] = await city.episodes('?deviceId=talking')
  expect(others).toEqual([])
  expect(talking?.withdrawnAt).not.toBeNull()
  const broken = await city.episodes('?deviceId=broken')
  expect(broken).toMatchObject([{ withdrawnAt: null }])
  const { startedAt = '', clearedAt } = broken[0] ?? {}
  const lasted_min = (Date.parse(clearedAt ?? '') - Date.parse(startedAt)) / 60_000
  expect(lasted_min).toBeCloseTo(61, -1)
  const cases = await city.cases()
  expect(cases.map(({ objectId, state }) => `${objectId} ${state}`).sort()).toEqual([
    'broken reported',
    'talking withdrawn',
  ])
}, 120_000)

const MASS = `
id: cover-silent
kind: manhole-cover
title: { en: cover silent, zh: 井盖失联 }
source: our default
silent: 3 intervals
severity: notice
outcome: { case: part, condition: missing-or-displaced, class: "0102" }
mass:
  of: group
  share: 0.3
  atLeast: 5
  during: 10m
  title: { en: many covers silent, zh: 大量井盖失联 }
  phenomenon: covers-silent
  severity: warning
  outcome: { case: part, condition: missing-or-displaced, class: "0102" }
`

test('forty devices that fall silent together are one case, and five that stay silent their own', async () => {
  city = await startCity({ 'cover-silent': MASS })
  const all = Array.from({ length: 60 }, (_, index) => `cover-${String(index).padStart(2, '0')}`)
  const [failing, standing] = [all.slice(0, 40), all.slice(40)]
  await city.add(all, { group: 'north' })
  await city.live(minutes(3), all)
  await city.live(minutes(1), all.slice(20))
  await city.live(minutes(8), standing)

  const silent = await city.episodes('?state=open')
  const group = silent.find(({ role }) => role === 'group')
  const members = silent.filter(({ role }) => role !== 'group')
  expect(members.map(({ deviceId }) => deviceId).sort()).toEqual(failing)
  expect(members.every(({ role, groupId }) => role === 'member' && groupId === group?.id)).toBe(
    true,
  )
  expect(await city.cases('?state=reported')).toMatchObject([{ phenomenon: 'covers-silent' }])

  const [lost, back] = [failing.slice(0, 5), failing.slice(5)]
  for (const id of back) city.lose(id)
  await city.live(minutes(15), [...standing, ...back])

  const open = await city.episodes('?state=open')
  expect(open.map(({ deviceId }) => deviceId).sort()).toEqual(lost)
  expect(open.every(({ role }) => role === 'single')).toBe(true)
  const { rows } = await db.database.pool.query<{ role: string; n: number; cases: number }>(
    `SELECT e.role, count(*)::int AS n, count(DISTINCT c.id)::int AS cases
     FROM episode e LEFT JOIN case_record c ON c.id = e.case_id AND c.state = 'reported'
     WHERE e.withdrawn_at IS NULL GROUP BY e.role ORDER BY e.role`,
  )
  expect(rows).toEqual([
    { role: 'group', n: 1, cases: 1 },
    { role: 'member', n: 35, cases: 0 },
    { role: 'single', n: 5, cases: 5 },
  ])
  const standingCases = (await city.cases('?state=reported')).map(({ objectId }) => objectId)
  expect(standingCases.sort()).toEqual([...lost, 'mass:group:north'])
}, 120_000)

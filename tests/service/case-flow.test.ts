import { afterEach, beforeEach, expect, test } from 'vitest'
import { foldCase } from '#cases/fold.ts'
import { DEFAULT_POLICY } from '#model/filing-policy.ts'
import { epochMs, hours, minutes } from '#model/time.ts'
import { CASE_COLUMNS, toCase } from '#store/case-row.ts'
import { readEvents } from '#store/cases/case-events.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import { CityStaff } from './city-staff.ts'
import { HandClock, LivingCity } from './living-city.ts'

/** A Tuesday, ten in the morning in the city. */
const START = epochMs(Date.UTC(2026, 10, 10, 2))
const DISPLACED = `
id: cover-displaced
kind: manhole-cover
title: { en: cover displaced, zh: 井盖移位 }
source: our default
when: tilt_deg > 15.0
hold: 2m
clear: tilt_deg < 5.0
clearHold: 1m
verify: 10m
severity: critical
outcome: { case: part, condition: missing-or-displaced, class: "0102" }
`

let db: TestDatabase
let folder: ScratchFolder
let city: LivingCity
let staff: CityStaff

beforeEach(async () => {
  db = await freshDatabase()
  folder = await scratchFolder()
  city = await LivingCity.start({
    databaseUrl: db.url,
    folder: `${folder.path}/rules`,
    rules: { 'cover-displaced': DISPLACED },
    clock: new HandClock(START),
  })
  staff = new CityStaff(city)
  await staff.hireAll()
  await city.add(['cover'])
})

afterEach(async () => {
  await city.stop()
  await db.drop()
  await folder[Symbol.asyncDispose]()
})

/** The cover is tilted until there is a case of it. */
async function broken(): Promise<string> {
  await city.live(minutes(2), ['cover'])
  await tilted(minutes(4), 30)
  const open = (await city.cases()).filter(({ state }) => state === 'reported')
  expect(open).toHaveLength(1)
  return open[0]?.id ?? ''
}

/** Time goes by while the cover measures so. */
async function tilted(ms: number, tilt_deg: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += 60_000) {
    city.clock.move(60_000)
    city.measure(['cover'], { tilt_deg })
    await city.flush(['cover'])
    await city.service.tick()
  }
}

async function dispatched(): Promise<string> {
  const id = await broken()
  await staff.act('acceptor', id, 'accept')
  await staff.act('duty-officer', id, 'file')
  await staff.act('dispatcher', id, 'dispatch', { departmentId: 'water' })
  return id
}

async function fedBack(): Promise<string> {
  const id = await dispatched()
  await staff.act('department-handler', id, 'start')
  await staff.act('department-handler', id, 'feed-back', { reason: '井盖已复位' })
  return id
}

/** What is stored of a case is what its events come to. */
async function isItsEvents(id: string): Promise<void> {
  const names = CASE_COLUMNS.map(({ column }) => column).join(', ')
  const { rows } = await db.database.pool.query<{ id: string } & Record<string, unknown>>(
    `select ${names} from case_record where id = $1`,
    [id],
  )
  const events = await readEvents(db.database.pool, id)
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1))
  expect(rows.map(toCase)).toEqual([foldCase(events)])
}

test('a case goes from a reading through all stages by five roles, and its closing is checked on site', async () => {
  const id = await broken()
  expect((await staff.see('acceptor', id)).actions).toContain('accept')
  await staff.act('acceptor', id, 'accept')
  expect(await staff.act('duty-officer', id, 'file')).toMatchObject({
    state: 'filed',
    class: '0102',
  })
  await expect(staff.see('department-handler', id)).rejects.toThrow('404')
  const given = await staff.act('dispatcher', id, 'dispatch', { departmentId: 'water' })
  expect(given).toMatchObject({ state: 'dispatched', stage: 'handling', vendorStage: 4 })
  await staff.act('department-handler', id, 'start')
  await staff.act('department-handler', id, 'feed-back', { reason: '井盖已复位' })
  const inspectorId = staff.of('inspector').id
  await staff.act('acceptor', id, 'ask-post-check', { inspectorId })
  await staff.act('inspector', id, 'post-check', { passed: true, reason: '已恢复原位' })
  expect(await staff.act('duty-officer', id, 'close')).toMatchObject({
    state: 'closed',
    stage: 'evaluation',
    lateDuties: [],
  })
  const { events } = await staff.see('duty-officer', id)
  expect(events.map(({ type, actor }) => `${type} ${actor.role}`)).toEqual([
    'opened system',
    'accepted acceptor',
    'filed duty-officer',
    'dispatched dispatcher',
    'started department-handler',
    'fed-back department-handler',
    'watch-begun system',
    'post-check-asked acceptor',
    'post-checked inspector',
    'closed duty-officer',
  ])
  await isItsEvents(id)
  // The seventh stage: it counts for the department that handled it and for whoever filed it,
  // once it was to be handled.
  city.clock.move(hours(3))
  const counted = async (what: string) => {
    const from = new Date(START - 3_600_000).toISOString()
    const path = `/api/v1/evaluation/${what}&from=${from}`
    return await staff.ask<{ items: { key: string; counts: Record<string, number> }[] }>(
      'duty-officer',
      path,
    )
  }
  const ofDepartments = await counted('department?limit=100')
  expect(ofDepartments.items).toMatchObject([
    { key: 'water', counts: { handled: 1, handledOnTime: 1, reworked: 0 } },
  ])
  const ofOfficers = await counted('post?post=duty-officer')
  expect(ofOfficers.items).toMatchObject([
    { key: staff.of('duty-officer').id, counts: { filed: 1, filedOnTime: 1 } },
  ])
})

test('rework, extension, parking, return and relapse each leave their mark on the same case', async () => {
  const id = await dispatched()
  const reason = '原因'
  await staff.act('department-handler', id, 'return', { reason: '不属于本部门' })
  await expect(staff.see('department-head', id)).rejects.toThrow('404')
  await staff.act('dispatcher', id, 'dispatch', { departmentId: 'water' })
  await staff.act('department-head', id, 'ask-extension', { reason })
  const extended = await staff.act('duty-officer', id, 'grant-extension')
  expect(extended).toMatchObject({ extensions: 1, returns: 1 })
  await staff.act('department-handler', id, 'start')
  const until = new Date(city.clock.now() + hours(48)).toISOString()
  await staff.act('department-head', id, 'ask-parking', { reason, until })
  const parked = await staff.act('duty-officer', id, 'grant-parking')
  expect(parked).toMatchObject({ state: 'parked', vendorStage: 8, deadlineAt: null })
  city.clock.move(hours(48))
  await city.service.tick()
  expect(await staff.see('duty-officer', id)).toMatchObject({ state: 'handling', parkings: 1 })
  await staff.act('department-handler', id, 'feed-back', { reason })
  const inspectorId = staff.of('inspector').id
  await staff.act('acceptor', id, 'ask-post-check', { inspectorId })
  const failed = await staff.act('inspector', id, 'post-check', { passed: false, reason })
  expect(failed).toMatchObject({ state: 'dispatched', departmentId: 'water', reworks: 1 })
  await staff.act('department-handler', id, 'start')
  await staff.act('department-handler', id, 'feed-back', { reason })
  await staff.act('acceptor', id, 'ask-post-check', { inspectorId })
  await staff.act('inspector', id, 'post-check', { passed: true, reason })
  await staff.act('duty-officer', id, 'close')
  await isItsEvents(id)
  // It is well again for a time, and then it is not: a case of its own, with a link to the former.
  await tilted(minutes(5), 1)
  await tilted(minutes(4), 30)
  const [again] = (await city.cases()).filter(({ state }) => state === 'reported')
  expect(await staff.see('acceptor', again?.id ?? '')).toMatchObject({ relapseOf: id })
})

test('good readings after feedback propose to close, and the proof is shown', async () => {
  const id = await fedBack()
  await tilted(minutes(6), 1)
  expect(await staff.see('acceptor', id)).toMatchObject({ state: 'fed-back', watch: 'watching' })
  await tilted(minutes(8), 1)
  const proved = await staff.see('duty-officer', id)
  expect(proved).toMatchObject({ state: 'checked', watch: 'good' })
  const proof = proved.events.find(({ type }) => type === 'proved-good')?.detail['proof']
  expect(proof).toMatchObject({
    evidence: [{ values: { tilt_deg: 1 } }, { values: { tilt_deg: 1 } }],
  })
  expect(await staff.act('duty-officer', id, 'close')).toMatchObject({ state: 'closed' })
  await isItsEvents(id)
})

test('readings that are still bad after feedback send the case back to its department', async () => {
  const id = await fedBack()
  await tilted(minutes(1), 30)
  const found = await staff.see('department-handler', id)
  expect(found).toMatchObject({ state: 'dispatched', reworks: 1 })
  expect(found.events.map(({ type }) => type).slice(-2)).toEqual(['proved-bad', 'reworked'])
  await isItsEvents(id)
})

test('what a policy files and dispatches by itself goes with late readings as long as nobody has acted', async () => {
  const path = '/api/v1/filing-conditions/part/missing-or-displaced/policy'
  await city.send('PUT', path, { ...DEFAULT_POLICY, skipAcceptance: 'critical' })
  const rule = { kind: 'part', class: '0102', areaCode: null, departmentId: 'water' }
  await city.send('PUT', '/api/v1/dispatch-rules', rule)
  await city.live(minutes(2), ['cover'])
  await tilted(minutes(4), 30)
  const [opened] = await city.cases()
  const id = opened?.id ?? ''
  const found = await staff.see('department-handler', id)
  expect(found).toMatchObject({ state: 'dispatched', isAutomatic: true, departmentId: 'water' })
  expect(found.events.map(({ type, actor }) => `${type} ${actor.role}`)).toEqual([
    'opened system',
    'filed system',
    'dispatched system',
  ])
  // Buffered readings come that were measured in between: it was never tilted for two minutes.
  const between = Array.from({ length: 30 }, (_, index) => ({
    measuredAt: city.clock.now() - index * 10_000 - 5_000,
    tilt_deg: 1,
  }))
  await city.publish('cover', between)
  expect(await staff.see('department-head', id)).toMatchObject({ state: 'withdrawn' })
  await isItsEvents(id)
})

test('where nothing comes after feedback nothing is closed, and a person is asked for', async () => {
  const id = await fedBack()
  for (let hour = 0; hour < 3; hour += 1) {
    city.clock.move(hours(1))
    await city.service.tick()
  }
  expect(await staff.see('acceptor', id)).toMatchObject({ state: 'fed-back', watch: 'silent' })
  await isItsEvents(id)
})

test('what is due is told after a restart, at the instant at which it was due', async () => {
  const id = await dispatched()
  const { handleDeadlineAt } = await staff.see('dispatcher', id)
  await city.stop()
  city.clock.move(hours(3))
  await city.open()
  await city.service.tick()
  const { events, ...found } = await staff.see('dispatcher', id)
  expect(found).toMatchObject({ deadlineMark: 'overdue', lateDuties: ['handle'] })
  const told = events.filter(({ type }) => type === 'overdue')
  expect(told.map(({ detail }) => detail['dueAt'])).toContain(handleDeadlineAt)
  await isItsEvents(id)
})

test('whoever is refused is told why and in which state the case is', async () => {
  const id = await broken()
  await expect(staff.act('department-handler', id, 'start')).rejects.toThrow('404')
  await expect(staff.act('acceptor', id, 'file')).rejects.toThrow(/403 .*duty-officer.*reported/)
  await expect(staff.act('duty-officer', id, 'close')).rejects.toThrow(/409 .*reported.*checked/)
  await expect(staff.act('acceptor', id, 'accept', { version: 7 })).rejects.toThrow(/409 .*version/)
  const { events } = await staff.see('acceptor', id)
  expect(events.map(({ type }) => type)).toEqual(['opened'])
})

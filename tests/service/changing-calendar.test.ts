import { afterEach, beforeEach, expect, test } from 'vitest'
import { epochMs, minutes } from '#model/time.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import { ADMIN_TOKEN } from '#tests/support/service-process.ts'
import { HandClock, LivingCity } from './living-city.ts'

/** Tuesday 10 November 2026, ten o'clock in China. */
const START = epochMs(Date.UTC(2026, 10, 10, 2))
const TODAY = '/api/v1/work-calendar/days/2026-11-10'
const rule = (id: string, days: string): string => `
id: ${id}
kind: manhole-cover
title: { en: ${id}, zh: 倾斜 }
source: our default
when: tilt_deg > 15.0
schedule: { windows: [{ days: [${days}], from: '08:00', to: '18:00' }] }
severity: warning
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
    rules: { 'at-work': rule('at-work', 'workday'), 'off-work': rule('off-work', 'restday') },
    clock: new HandClock(START),
  })
})

afterEach(async () => {
  await city.stop()
  await db.drop()
  await folder[Symbol.asyncDispose]()
})

async function report(id: string, values: object): Promise<void> {
  city.clock.move(minutes(1))
  await city.report(id, values)
}

const openRules = async (): Promise<readonly string[]> =>
  (await city.episodes('?state=open')).map(({ ruleId }) => ruleId)

const get = async (path: string): Promise<string> => {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  return (await fetch(`${city.address.api}${path}`, { headers })).text()
}

test('rules follow a day off as soon as it is declared, and after a restart', async () => {
  await city.add(['before', 'after', 'again'])
  await report('before', { tilt_deg: 30 })
  expect(await openRules()).toEqual(['at-work'])

  await city.send('PUT', TODAY, { type: 'holiday', name: '市庆日' })
  await report('after', { tilt_deg: 30 })
  expect(await city.episodes('?deviceId=after')).toMatchObject([{ ruleId: 'off-work' }])

  await city.stop()
  await city.open()
  await report('again', { tilt_deg: 30 })
  expect(await city.episodes('?deviceId=again')).toMatchObject([{ ruleId: 'off-work' }])
})

test('a year without known holidays is seen in readiness and metrics until it is completed', async () => {
  const warning = 'no holidays of 2027 are known: only weekends are off'
  expect(JSON.parse(await get('/health/ready'))).toMatchObject({ warnings: [warning] })
  expect(await get('/metrics')).toContain('\nwanmi_calendar_years_missing 1\n')
  const days = 'date,type,name\n2027-01-01,holiday,元旦\n'
  await city.send('POST', '/api/v1/work-calendar/import?knownUntil=2027', days, 'text/csv')
  expect(JSON.parse(await get('/health/ready'))).toMatchObject({ warnings: [] })
  expect(await get('/metrics')).toContain('\nwanmi_calendar_years_missing 0\n')
})

import { expect, test } from 'vitest'
import { Rejected, Unavailable } from '#model/error.ts'
import type { DaySort } from '#model/schedule.ts'
import { hours, minutes, plus, seconds } from '#model/time.ts'
import { changeCalendar } from '#model/work-calendar.ts'
import { type CityData, cityOf } from '#monitor/city-data.ts'
import { Plans, type RuleInForce } from '#monitor/plans.ts'
import { ALWAYS } from '#rules/silence.ts'
import { batchOf, CITY_DATA, device, reading, rule, START, startMonitor } from './fixtures.ts'
import { MemoryLedger } from './memory-ledger.ts'

const COVER = device('cover')
const TRUCK = device('truck', 'refuse-truck', { place: null, reportingInterval: seconds(10) })
const NEIGHBOURS = { atLeast: 3, within_m: 30, during: minutes(10) }
const tilted = (angle_deg: number): RuleInForce =>
  rule({ id: 'tilted', when: `tilt_deg > ${angle_deg}.0`, neighbours: NEIGHBOURS })
const FLOODED = rule({ id: 'flooded', when: 'level_mm > 500.0', hold: minutes(5), gap: minutes(5) })

/** A clock that stands shortly after what is measured. */
const clock = { now: () => plus(START, minutes(30)) }
const inForce = (rules: readonly RuleInForce[], data: CityData = CITY_DATA) => ({
  rules,
  city: cityOf(data),
})

/** A ledger that refuses to be read for groups as long as it is told to. */
class Refusing extends MemoryLedger {
  refuses: Error | null = null

  override async episodesOfRules(ruleIds: readonly string[], from: typeof START) {
    if (this.refuses) throw this.refuses
    return super.episodesOfRules(ruleIds, from)
  }
}

test('rules that cannot be taken up leave those before in force, whole, until they can', async () => {
  const ledger = new Refusing()
  const monitor = await startMonitor(ledger, [tilted(15), FLOODED], { clock })
  await monitor.process(batchOf([reading(COVER, 0, { tilt_deg: 12, level_mm: 600 })]))

  ledger.refuses = new Rejected('database-refused', 'no')
  await expect(monitor.adopt(inForce([tilted(10)]))).rejects.toThrow('no')
  await monitor.process(batchOf([reading(COVER, 60, { tilt_deg: 12, level_mm: 600 })]))
  await monitor.process(batchOf([reading(COVER, 300, { tilt_deg: 12, level_mm: 600 })]))
  expect(ledger.standing).toMatchObject([{ ruleId: 'flooded', startedAt: START, clearedAt: null }])
  await expect(monitor.tick()).rejects.toThrow('no')

  ledger.refuses = null
  await monitor.tick()
  expect(monitor.plans.rules).toHaveLength(1)
  // That of the rule that is gone ended with the last that was known of it.
  expect(ledger.standing).toMatchObject([{ clearedAt: plus(START, minutes(5)) }])
  await monitor.process(batchOf([reading(COVER, 360, { tilt_deg: 12, level_mm: 600 })]))
  expect(ledger.standing.map(({ ruleId }) => ruleId)).toEqual(['flooded', 'tilted'])
})

test('rules wait for a database that is away, and what is processed after them waits too', async () => {
  const ledger = new Refusing()
  let tries = 0
  const wait = async () => {
    if (++tries === 3) ledger.refuses = null
    return Promise.resolve()
  }
  const monitor = await startMonitor(ledger, [tilted(15)], { clock, wait })
  ledger.refuses = new Unavailable('database-unavailable', 'away')
  const adopted = monitor.adopt(inForce([tilted(10)]))
  await monitor.process(batchOf([reading(COVER, 0, { tilt_deg: 12 })]))
  await adopted
  expect(tries).toBe(3)
  expect(ledger.standing).toMatchObject([{ ruleId: 'tilted' }])
})

const square = (lon_deg: number): CityData['areas'][string] => ({
  type: 'Polygon',
  coordinates: [
    [
      [lon_deg, 35],
      [lon_deg + 0.01, 35],
      [lon_deg + 0.01, 35.01],
      [lon_deg, 35.01],
      [lon_deg, 35],
    ],
  ],
})

test('an area that was drawn anew holds from the next fix on, and leaves other rules alone', async () => {
  const astray = rule({
    id: 'astray',
    kinds: ['refuse-truck'],
    when: 'outside("yard")',
    clear: 'inside("yard")',
  })
  const hold = rule({
    id: 'heavy',
    kinds: ['refuse-truck'],
    when: 'load_kg > 5000.0',
    hold: minutes(1),
    gap: minutes(5),
  })
  const ledger = new MemoryLedger()
  const drawn = (lon_deg: number, revision: string): CityData => ({
    ...CITY_DATA,
    areas: { yard: square(lon_deg) },
    revision,
  })
  const monitor = await startMonitor(ledger, [], { clock })
  await monitor.adopt(inForce([astray, hold], drawn(111, '1')))
  const fix = { lon_deg: 111.005, lat_deg: 35.005, load_kg: 6_000, speed_kmh: 0, hdop: 1 }
  for (let second = 0; second < 60; second += 10) {
    await monitor.process(batchOf([reading(TRUCK, second, fix)]))
  }
  expect(ledger.standing).toEqual([])
  await monitor.adopt(inForce([astray, hold], drawn(112, '2')))
  expect(ledger.standing).toEqual([])
  await monitor.process(batchOf([reading(TRUCK, 60, fix)]))
  expect(ledger.standing.map(({ ruleId }) => ruleId).sort()).toEqual(['astray', 'heavy'])
  expect(ledger.standing.find(({ ruleId }) => ruleId === 'heavy')?.startedAt).toBe(START)
})

test('a day off that was declared holds from the next reading on, for rules that ask for workdays', async () => {
  const window = { from: 0, to: 1_440 }
  const onDays = (days: readonly DaySort[] | null) => ({
    not: false,
    schedule: { windows: [{ days, ...window }], seasons: null },
  })
  const when = { when: 'level_mm > 500.0', hold: minutes(5), gap: minutes(5) }
  const atWork = rule({ id: 'at-work', schedule: onDays(['workday']), ...when })
  const offWork = rule({ id: 'off-work', schedule: onDays(['restday']), ...when })
  const always = rule({ id: 'always', schedule: onDays(null), ...when })
  const rules = [atWork, offWork, always]
  // The city's day of the readings.
  const today = new Date(plus(START, hours(8))).toISOString().slice(0, 10)
  const dayOff: CityData = {
    ...CITY_DATA,
    calendar: changeCalendar(CITY_DATA.calendar, { holidays: [today] }),
  }
  const worked: CityData = {
    ...CITY_DATA,
    calendar: changeCalendar(CITY_DATA.calendar, { makeUpDays: [today] }),
  }
  const ledger = new MemoryLedger()
  const monitor = await startMonitor(ledger, [], { clock })
  await monitor.adopt(inForce(rules, worked))
  const full = { level_mm: 600 }
  await monitor.process(batchOf([reading(COVER, 0, full)]))
  await monitor.process(batchOf([reading(COVER, 240, full)]))
  await monitor.adopt(inForce(rules, dayOff))
  await monitor.process(batchOf([reading(COVER, 300, full)]))
  // That which does not ask goes on where it stood; by the other the whole of the day is off.
  expect(ledger.standing.map(({ ruleId }) => ruleId).sort()).toEqual(['always', 'off-work'])
  expect(ledger.standing.every(({ startedAt }) => startedAt === START)).toBe(true)
})

test('plans of rules that do not ask for workdays stay what they are when the calendar changes', () => {
  const [asks, asksNot] = [['restday'], ['mon']].map((days) =>
    rule({
      id: 'scheduled',
      schedule: {
        not: true,
        schedule: { windows: [{ days: days as DaySort[], from: 0, to: 60 }], seasons: null },
      },
      when: 'level_mm > 500.0',
    }),
  ) as [RuleInForce, RuleInForce]
  const keyOf = (each: RuleInForce, holidays: readonly string[]): string => {
    const calendar = changeCalendar(CITY_DATA.calendar, { holidays })
    const city = { ...cityOf({ ...CITY_DATA, calendar }), presence: ALWAYS }
    return new Plans([each], city).of(COVER).key
  }
  expect(keyOf(asks, ['2027-01-01'])).not.toBe(keyOf(asks, []))
  expect(keyOf(asksNot, ['2027-01-01'])).toBe(keyOf(asksNot, []))
})

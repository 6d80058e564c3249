import { describe, expect, test } from 'vitest'
import { loadSchedules } from '#cli/load-schedules.ts'
import { Rejected } from '#model/error.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import { parseNamedSchedules } from '#rules/schedule/named-schedules.ts'
import { compileRuleSchedule, resolveSchedule } from '#rules/schedule/resolve-schedule.ts'
import { instant } from './schedule-text.ts'

const schedules = await loadSchedules(null)
const setting = { schedules, calendar: CHINESE_CALENDAR, timeZone: 'Asia/Shanghai' }

/** 2026-06-30 was a Tuesday that was worked, 2026-10-03 a Saturday in the National Day holidays. */
test.each([
  ['workdays', '2026-06-30T23:59', '2026-10-03T00:00'],
  ['restdays', '2026-10-03T00:00', '2026-06-30T23:59'],
  ['working-hours', '2026-06-30T08:00', '2026-06-30T12:00'],
  ['nights', '2026-06-30T05:59', '2026-06-30T06:00'],
  ['collection-hours', '2026-10-03T05:00', '2026-10-03T09:00'],
  ['truck-hours', '2026-10-03T22:59', '2026-10-03T03:59'],
  ['night-flow-hours', '2026-10-03T02:00', '2026-10-03T04:00'],
  ['duty-hours', '2026-10-03T07:00', '2026-10-03T19:00'],
  ['flood-season', '2026-09-30T23:59', '2026-10-01T00:00'],
])('the shipped schedule %s has %s and not %s', (name, inside, outside) => {
  const { applies } = compileRuleSchedule({ not: false, schedule: name }, setting)
  expect(applies(instant(`${inside}+08:00`))).toBe(true)
  expect(applies(instant(`${outside}+08:00`))).toBe(false)
})

test('each shipped schedule is one of those above and says what it rests on', () => {
  expect(schedules.size).toBe(9)
  for (const { id, title, source } of schedules.values()) {
    expect(
      [title.en, title.zh, source].map((text) => text.length > 1),
      id,
    ).toEqual([true, true, true])
  }
})

describe('a rule', () => {
  test('that is not for a schedule applies exactly when that does not', () => {
    const nights = compileRuleSchedule({ not: false, schedule: 'nights' }, setting)
    const days = compileRuleSchedule({ not: true, schedule: 'nights' }, setting)
    const at = instant('2026-06-30T12:00+08:00')
    expect(days.applies(at)).toBe(true)
    expect(days.stretchAt(at)).toEqual({ ...nights.stretchAt(at), applies: true })
    expect(days.applies(instant('2026-06-30T22:00+08:00'))).toBe(false)
  })

  test('has windows of its own as they are', () => {
    const own = { windows: [{ days: null, from: 0, to: 60 }], seasons: null }
    expect(resolveSchedule({ not: false, schedule: own }, schedules)).toBe(own)
  })

  test('that names a schedule which is not there is told which there are', () => {
    const named = new Map([...schedules].slice(0, 2))
    const resolve = () => resolveSchedule({ not: false, schedule: 'nihgts' }, named)
    expect(resolve).toThrow(Rejected)
    expect(resolve).toThrow('/schedule: there is no schedule nihgts; there are restdays, workdays')
  })
})

describe('a file of schedules is refused', () => {
  const head = '- id: nights\n  title: { en: nights, zh: 夜间 }\n  source: our default\n'
  const good = `${head}  windows: [{ from: "22:00", to: "06:00" }]\n`

  test.each([
    ['that is no YAML', `${good}  windows: [{`, /mine\.yaml: .*line \d+/],
    ['that is no list', 'id: nights', /mine\.yaml: the value must be array/],
    ['with one name twice', good + good, /mine\.yaml: two schedules have the id nights/],
    ['with a schedule of no hours', head, /mine\.yaml: nights: a schedule has windows, seasons/],
    ['with a schedule without source', good.replace(/ {2}source.*\n/, ''), /0\.source is missing/],
    ['with a wrong hour', good.replace('22:00', '22:60'), /0\.windows\.0\.from must match/],
    [
      'with a day that no year has',
      `${head}  seasons: [{ from: 06-31, to: 07-01 }]`,
      /mine\.yaml: nights\/seasons\/0\/from: no year has a day 06-31/,
    ],
  ])('%s', (_, text, reason) => {
    const parse = () => parseNamedSchedules(text, 'mine.yaml')
    expect(parse).toThrow(Rejected)
    expect(parse).toThrow(reason)
  })
})

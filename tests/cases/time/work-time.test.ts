import { describe, expect, test } from 'vitest'
import { addUnitTime, deadlineAfter, limitSpan } from '#cases/time/deadline.ts'
import { type WorkTimeParts, workTime } from '#cases/time/work-time.ts'
import type { Limit } from '#model/limit.ts'
import { days, epochMs, formatInstant, hours, milliseconds } from '#model/time.ts'
import { CHINESE_CALENDAR, changeCalendar } from '#model/work-calendar.ts'
import { DEFAULT_PERIODS, type WorkPeriods } from '#model/work-periods.ts'

const CITY: WorkTimeParts = {
  periods: DEFAULT_PERIODS,
  calendar: CHINESE_CALENDAR,
  timeZone: 'Asia/Shanghai',
}

const instant = (text: string) => epochMs(Date.parse(text))

function deadline(parts: Partial<WorkTimeParts>, start: string, limit: Limit): string {
  const time = workTime({ ...CITY, ...parts })
  return formatInstant(deadlineAfter(instant(start), limit, time))
}

describe('a city with hours of its own', () => {
  const mornings: WorkPeriods = {
    ...DEFAULT_PERIODS,
    sat: [{ from: 9 * 60, to: 12 * 60 }],
    makeUp: [{ from: 10 * 60, to: 11 * 60 }],
  }

  test('works on Saturday mornings where its periods say so', () => {
    const limit: Limit = { amount: 2, unit: 'working-hour' }
    expect(deadline({ periods: mornings }, '2026-03-13T17:00:00+08:00', limit)).toBe(
      '2026-03-14T02:00:00.000Z',
    )
  })

  test('works on make-up days by the periods of these, whatever their weekday', () => {
    const limit: Limit = { amount: 2, unit: 'working-hour' }
    // Saturday 14 February is worked for one hour, then come the holidays.
    expect(deadline({ periods: mornings }, '2026-02-14T00:00:00+08:00', limit)).toBe(
      '2026-02-24T01:00:00.000Z',
    )
  })

  test('counts as many hours to a working day as it says', () => {
    const limit: Limit = { amount: 2, unit: 'working-day' }
    const parts = { hoursPerWorkingDay: 6.5 }
    // 13 hours: eight on Wednesday, four on Thursday morning, one after lunch.
    expect(deadline(parts, '2026-03-11T08:00:00+08:00', limit)).toBe('2026-03-12T07:00:00.000Z')
  })

  test('keeps its own days off, and works on days it gives up', () => {
    const calendar = changeCalendar(CHINESE_CALENDAR, {
      holidays: ['2026-03-12'],
      makeUpDays: ['2026-03-14'],
    })
    const limit: Limit = { amount: 3, unit: 'working-day' }
    expect(deadline({ calendar }, '2026-03-11T08:00:00+08:00', limit)).toBe(
      '2026-03-14T10:00:00.000Z',
    )
  })

  test('goes by the clocks of its zone when they are changed at work', () => {
    const everyHour = [{ from: 0, to: 1_440 }]
    const day = { mon: everyHour, tue: everyHour, wed: everyHour, thu: everyHour }
    const week = { ...day, fri: everyHour, sat: everyHour, sun: everyHour, makeUp: everyHour }
    const calendar = { ...CHINESE_CALENDAR, holidays: [], makeUpDays: [] }
    const berlin = { calendar, periods: { ...week, sun: [] }, timeZone: 'Europe/Berlin' }
    const limit: Limit = { amount: 1, unit: 'working-hour' }
    // Of 29 March, a Sunday of 23 hours, none is worked.
    expect(deadline(berlin, '2026-03-28T22:30:00Z', limit)).toBe('2026-03-29T22:30:00.000Z')
    const sundays = { ...berlin, periods: { ...week, mon: [], sat: [] } }
    const whole: Limit = { amount: 25, unit: 'working-hour' }
    // 25 October has 25 hours.
    expect(deadline(sundays, '2026-10-24T22:00:00Z', whole)).toBe('2026-10-25T23:00:00.000Z')
  })
})

test('it tells whether an instant lies in working hours, the last of a period not', () => {
  const { isWorking, turnsAt } = workTime(CITY)
  // Wednesday at noon, Friday after work, and in the middle of the Spring Festival.
  const turns = ['2026-03-11T12:00', '2026-03-13T18:00', '2026-02-18T10:00', '2026-03-11T09:00']
  expect(
    turns.map((clock) => {
      const turn = turnsAt(instant(`${clock}:00+08:00`))
      return turn === null ? null : formatInstant(turn)
    }),
  ).toEqual([
    '2026-03-11T06:00:00.000Z',
    '2026-03-16T00:00:00.000Z',
    '2026-02-24T00:00:00.000Z',
    '2026-03-11T04:00:00.000Z',
  ])
  const asked = ['07:59:59', '08:00:00', '11:59:59', '12:00:00', '14:00:00', '18:00:00']
  expect(asked.map((clock) => isWorking(instant(`2026-03-11T${clock}+08:00`)))).toEqual([
    false,
    true,
    true,
    false,
    true,
    false,
  ])
})

describe('refused', () => {
  const period = (from: number, to: number) => ({ ...DEFAULT_PERIODS, tue: [{ from, to }] })

  test.each([
    [
      {
        periods: {
          ...DEFAULT_PERIODS,
          mon: [
            { from: 480, to: 720 },
            { from: 700, to: 1_080 },
          ],
        },
      },
      'mon/1: a period begins after the one before it has ended',
    ],
    [{ periods: period(1_080, 480) }, 'tue/0: a period ends after it begins, on the same day'],
    [{ periods: period(480, 480) }, 'tue/0: a period ends after it begins, on the same day'],
    [{ periods: period(480, 1_441) }, 'tue/0: a period lies between 00:00 and 24:00'],
    [{ periods: period(480.5, 720) }, 'tue/0: a period lies between 00:00 and 24:00'],
    [
      { periods: { ...DEFAULT_PERIODS, mon: [], tue: [], wed: [], thu: [], fri: [] } },
      'a week without working hours: no limit would ever end',
    ],
    [{ timeZone: 'Asia/Wanmi' }, 'there is no time zone Asia/Wanmi'],
    [{ hoursPerWorkingDay: 0 }, 'a working day has more than 0 and at most 24 hours'],
    [{ hoursPerWorkingDay: 25 }, 'a working day has more than 0 and at most 24 hours'],
  ] as const)('%j: %s', (parts, sentence) => {
    expect(() => workTime({ ...CITY, ...parts })).toThrow(sentence)
  })

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('%d of anything is no limit', (amount) => {
    expect(() => limitSpan({ amount, unit: 'calendar-day' }, workTime(CITY))).toThrow(
      'is no amount of a limit',
    )
  })

  test('more than ten years of working time', () => {
    const time = workTime(CITY)
    const add = (span: number) => () =>
      addUnitTime(instant('2026-03-11T08:00:00+08:00'), milliseconds(span), 'working-hour', time)
    expect(add(days(3_653))).not.toThrow()
    expect(add(days(3_653) + hours(1))).toThrow('a span of working time is at most ten years')
    expect(add(0 - days(3_654))).toThrow('a span of working time is at most ten years')
  })
})

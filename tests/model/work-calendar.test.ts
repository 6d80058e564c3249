import { describe, expect, test } from 'vitest'
import { type CityDay, parseDay } from '#model/city-day.ts'
import { Rejected } from '#model/error.ts'
import {
  CHINESE_CALENDAR,
  changeCalendar,
  isKnown,
  type WorkCalendar,
  workedDays,
} from '#model/work-calendar.ts'

const isWorked = (calendar: WorkCalendar, day: string): boolean =>
  workedDays(calendar)(parseDay(day) as CityDay)

describe('the calendar of China', () => {
  test.each([
    ['2026-01-01', false, 'New Year, a Thursday'],
    ['2026-01-02', false, 'a Friday given for a Sunday'],
    ['2026-01-04', true, 'the Sunday that is worked for it'],
    ['2026-02-13', true, 'the Friday before Spring Festival'],
    ['2026-02-14', true, 'a make-up Saturday'],
    ['2026-02-15', false, 'the first day of Spring Festival'],
    ['2026-02-17', false, 'the first day of the lunar year'],
    ['2026-02-23', false, 'the last day of Spring Festival, a Monday'],
    ['2026-02-24', true, 'the Tuesday after it'],
    ['2026-02-28', true, 'the second make-up Saturday'],
    ['2026-03-01', false, 'a Sunday like any other'],
    ['2026-09-20', true, 'a make-up Sunday for National Day'],
    ['2026-09-30', true, 'the Wednesday before National Day'],
    ['2026-10-01', false, 'National Day'],
    ['2026-10-07', false, 'its last day, a Wednesday'],
    ['2026-10-08', true, 'the Thursday after it'],
    ['2026-10-10', true, 'the make-up Saturday after it'],
    ['2025-10-06', false, 'Mid-Autumn within National Day'],
    ['2020-02-02', false, 'a Sunday within the prolonged Spring Festival of 2020'],
  ])('on %s the city works: %j (%s)', (day, expected) => {
    expect(isWorked(CHINESE_CALENDAR, day)).toBe(expected)
  })

  test('knows the holidays of 2004 to 2026 and says of any other year that it does not', () => {
    expect([2003, 2004, 2026, 2027].map((year) => isKnown(CHINESE_CALENDAR, year))).toEqual([
      false,
      true,
      true,
      false,
    ])
  })

  test('takes weekends alone for days off in a year of which it knows no holidays', () => {
    // A Friday that will be New Year, and the Saturday after it.
    expect(isWorked(CHINESE_CALENDAR, '2027-01-01')).toBe(true)
    expect(isWorked(CHINESE_CALENDAR, '2027-01-02')).toBe(false)
  })
})

describe('a city that changes its calendar', () => {
  const changed = changeCalendar(CHINESE_CALENDAR, {
    holidays: ['2026-02-28', '2026-05-20'],
    makeUpDays: ['2026-02-23', '2026-05-23'],
    knownUntilYear: 2027,
  })

  test.each([
    ['2026-02-28', false, 'a make-up day given back'],
    ['2026-02-23', true, 'a holiday taken away'],
    ['2026-05-20', false, 'a day of its own'],
    ['2026-05-23', true, 'the Saturday worked for it'],
    ['2026-02-17', false, 'what it leaves alone'],
  ])('has on %s work: %j (%s)', (day, expected) => {
    expect(isWorked(changed, day)).toBe(expected)
  })

  test('leaves the calendar it began from as it was', () => {
    expect(isWorked(CHINESE_CALENDAR, '2026-02-28')).toBe(true)
    expect(isKnown(changed, 2027)).toBe(true)
    expect(isKnown(CHINESE_CALENDAR, 2027)).toBe(false)
  })

  test.each([
    ['a day that no month has', { holidays: ['2026-02-30'] }, /2026-02-30 is no day/],
    ['a day twice over', { holidays: ['2026-05-20'], makeUpDays: ['2026-05-20'] }, /2026-05-20/],
  ])('is told of %s', (_, change, reason) => {
    const build = () => workedDays(changeCalendar(CHINESE_CALENDAR, change))
    expect(build).toThrow(Rejected)
    expect(build).toThrow(reason)
  })
})

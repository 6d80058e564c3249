import { describe, expect, test } from 'vitest'
import { cityDay, monthDayOf, parseDay, weekdayOf } from '#model/city-day.ts'

describe('a day of the calendar', () => {
  test.each([
    ['1970-01-01', 0, 101, 3],
    ['1969-12-28', -4, 1228, 6],
    ['2026-02-17', 20_501, 217, 1],
    ['2024-02-29', 19_782, 229, 3],
    ['0001-01-01', -719_162, 101, 0],
  ])('%s is day %i, %i of its year and weekday %i', (text, day, monthDay, weekday) => {
    expect(parseDay(text)).toBe(day)
    expect(monthDayOf(cityDay(day))).toBe(monthDay)
    expect(weekdayOf(cityDay(day))).toBe(weekday)
  })

  test.each(['2026-02-29', '2026-13-01', '2026-00-10', '2026-1-1', '2026-01-01T00:00', ''])(
    '%j is none',
    (text) => {
      expect(parseDay(text)).toBeUndefined()
    },
  )
})

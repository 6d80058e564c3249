import { describe, expect, test } from 'vitest'
import { Rejected } from '#model/error.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import { compileSchedule } from '#rules/schedule/compile-schedule.ts'
import type { OwnScheduleDocument } from '#rules/schedule/schedule-document.ts'
import { compiled, instant, schedule } from './schedule-text.ts'

const WORKING: OwnScheduleDocument = {
  windows: [
    { days: ['workday'], from: '08:00', to: '12:00' },
    { days: ['workday'], from: '14:00', to: '18:00' },
  ],
}
const NIGHTS: OwnScheduleDocument = { windows: [{ from: '22:00', to: '06:00' }] }

describe('in Shanghai', () => {
  test.each<[string, OwnScheduleDocument, string, boolean]>([
    ['the first minute of a working day', WORKING, '2026-02-13T08:00', true],
    ['a millisecond before it', WORKING, '2026-02-13T07:59:59.999', false],
    ['the end of the morning', WORKING, '2026-02-13T12:00', false],
    ['a millisecond before it', WORKING, '2026-02-13T11:59:59.999', true],
    ['noon', WORKING, '2026-02-13T13:00', false],
    ['a make-up Saturday', WORKING, '2026-02-14T09:00', true],
    ['the first Sunday of Spring Festival', WORKING, '2026-02-15T09:00', false],
    ['a Tuesday in Spring Festival', WORKING, '2026-02-17T09:00', false],
    ['its last Monday', WORKING, '2026-02-23T09:00', false],
    ['the Tuesday after it', WORKING, '2026-02-24T09:00', true],
    ['the second make-up Saturday', WORKING, '2026-02-28T17:59', true],
    ['a Saturday like any other', WORKING, '2026-03-07T09:00', false],
    ['a Thursday that is National Day', WORKING, '2026-10-01T09:00', false],
    ['the make-up Sunday before it', WORKING, '2026-09-20T09:00', true],
    ['a working day of a year without known holidays', WORKING, '2027-10-01T09:00', true],
    ['late evening', NIGHTS, '2026-03-07T22:00', true],
    ['midnight', NIGHTS, '2026-03-08T00:00', true],
    ['a minute to six', NIGHTS, '2026-03-08T05:59', true],
    ['six', NIGHTS, '2026-03-08T06:00', false],
    ['New Year', NIGHTS, '2027-01-01T00:00', true],
  ])('%s', (_, document, at, expected) => {
    expect(compiled(document).applies(instant(`${at}+08:00`))).toBe(expected)
  })

  test.each<[string, string, boolean]>([
    ['the night from Friday to Saturday', '2026-03-07T02:00', true],
    ['the night from Saturday to Sunday', '2026-03-08T02:00', false],
    ['the night from Sunday to Monday, before work', '2026-03-09T02:00', false],
    ['the night after a make-up Saturday', '2026-03-01T02:00', true],
    ['the first night of Spring Festival', '2026-02-16T02:00', false],
    ['the night into Spring Festival', '2026-02-15T02:00', true],
  ])('a night of a workday is that which begins on it: %s', (_, at, expected) => {
    const nights = compiled({ windows: [{ days: ['workday'], from: '22:00', to: '06:00' }] })
    expect(nights.applies(instant(`${at}+08:00`))).toBe(expected)
  })

  test.each<[string, boolean]>([
    ['2026-10-31T23:59', false],
    ['2026-11-01T00:00', true],
    ['2026-12-31T23:59', true],
    ['2027-01-01T00:00', true],
    ['2027-02-28T23:59', true],
    ['2028-02-29T12:00', true],
    ['2027-03-01T00:00', false],
  ])('a winter across New Year has %s: %j', (at, expected) => {
    const winter = compiled({ seasons: [{ from: '11-01', to: '02-29' }] })
    expect(winter.applies(instant(`${at}+08:00`))).toBe(expected)
  })

  test('a season begins and ends at midnight, in the middle of a night', () => {
    const nights = compiled({ ...NIGHTS, seasons: [{ from: '06-01', to: '09-30' }] })
    expect(nights.stretchAt(instant('2026-06-01T03:00+08:00'))).toEqual({
      applies: true,
      from: instant('2026-06-01T00:00+08:00'),
      until: instant('2026-06-01T06:00+08:00'),
    })
    expect(nights.stretchAt(instant('2026-09-30T23:00+08:00'))).toMatchObject({
      until: instant('2026-10-01T00:00+08:00'),
    })
  })

  test('windows that overlap or touch are one', () => {
    const windows = [
      { from: '08:00', to: '12:00' },
      { from: '12:00', to: '13:00' },
      { from: '07:00', to: '09:00' },
    ]
    expect(compiled({ windows }).stretchAt(instant('2026-03-07T08:30+08:00'))).toEqual({
      applies: true,
      from: instant('2026-03-07T07:00+08:00'),
      until: instant('2026-03-07T13:00+08:00'),
    })
  })

  test('a window that ends when it begins is a whole day long', () => {
    const fridays = compiled({ windows: [{ days: ['fri'], from: '08:00', to: '08:00' }] })
    expect(fridays.stretchAt(instant('2026-03-07T00:30+08:00'))).toEqual({
      applies: true,
      from: instant('2026-03-06T08:00+08:00'),
      until: instant('2026-03-07T08:00+08:00'),
    })
  })

  test('it can be said when it applies again', () => {
    const working = compiled(WORKING)
    expect(working.stretchAt(instant('2026-02-17T09:00+08:00'))).toEqual({
      applies: false,
      from: instant('2026-02-14T18:00+08:00'),
      until: instant('2026-02-24T08:00+08:00'),
    })
    const floods = compiled({ seasons: [{ from: '06-01', to: '09-30' }] })
    expect(floods.stretchAt(instant('2026-11-23T09:00+08:00'))).toEqual({
      applies: false,
      from: instant('2026-10-01T00:00+08:00'),
      until: instant('2027-06-01T00:00+08:00'),
    })
  })

  test('what always applies has no end that could be named', () => {
    const always = compiled({ windows: [{ from: '00:00', to: '24:00' }] })
    const at = instant('2026-11-23T09:00+08:00')
    expect(always.stretchAt(at)).toEqual({ applies: true, from: null, until: null })
  })
})

describe('where clocks are changed', () => {
  const TWO_TO_FOUR: OwnScheduleDocument = { windows: [{ from: '02:00', to: '04:00' }] }
  const HALF_HOUR: OwnScheduleDocument = { windows: [{ from: '02:15', to: '02:45' }] }

  test('a window is an hour shorter in the night in which clocks go from two to three', () => {
    // Berlin, 2026-03-29: 01:59 CET is followed by 03:00 CEST.
    expect(compiled(TWO_TO_FOUR, 'Europe/Berlin').stretchAt(instant('2026-03-29T01:30Z'))).toEqual({
      applies: true,
      from: instant('2026-03-29T03:00+02:00'),
      until: instant('2026-03-29T04:00+02:00'),
    })
  })

  test('a window within the hour that is left out does not apply that day', () => {
    const short = compiled(HALF_HOUR, 'Europe/Berlin')
    expect(short.stretchAt(instant('2026-03-29T01:00Z'))).toEqual({
      applies: false,
      from: instant('2026-03-28T02:45+01:00'),
      until: instant('2026-03-30T02:15+02:00'),
    })
  })

  test('a window is an hour longer in the night in which clocks go from three to two', () => {
    // Berlin, 2026-10-25: 02:59 CEST is followed by 02:00 CET.
    expect(compiled(TWO_TO_FOUR, 'Europe/Berlin').stretchAt(instant('2026-10-25T00:30Z'))).toEqual({
      applies: true,
      from: instant('2026-10-25T02:00+02:00'),
      until: instant('2026-10-25T04:00+01:00'),
    })
  })

  test('a window within the hour that comes twice applies twice', () => {
    const short = compiled(HALF_HOUR, 'Europe/Berlin')
    for (const zone of ['+02:00', '+01:00']) {
      expect(short.stretchAt(instant(`2026-10-25T02:30${zone}`))).toEqual({
        applies: true,
        from: instant(`2026-10-25T02:15${zone}`),
        until: instant(`2026-10-25T02:45${zone}`),
      })
    }
  })

  test('a day that a zone left out has no windows', () => {
    // Samoa had no 30 December 2011.
    const fridays = compiled({ windows: [{ days: ['fri'] }] }, 'Pacific/Apia')
    expect(fridays.stretchAt(instant('2011-12-30T12:00Z'))).toEqual({
      applies: false,
      from: instant('2011-12-24T00:00-10:00'),
      until: instant('2012-01-06T00:00+14:00'),
    })
  })
})

test('a zone that is none is refused', () => {
  const build = () => compileSchedule(schedule(NIGHTS), CHINESE_CALENDAR, 'Asia/Wanmi')
  expect(build).toThrow(Rejected)
  expect(build).toThrow('there is no time zone Asia/Wanmi')
})

test('instants years apart are answered in any order', () => {
  const nights = compiled(NIGHTS)
  const years = Array.from({ length: 100 }, (_, index) => 1992 + index)
  for (const year of [...years, ...years.toReversed()]) {
    expect(nights.applies(instant(`${year}-06-01T23:00+08:00`))).toBe(true)
    expect(nights.applies(instant(`${year}-06-01T12:00+08:00`))).toBe(false)
  }
})

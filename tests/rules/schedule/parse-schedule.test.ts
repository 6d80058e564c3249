import { describe, expect, test } from 'vitest'
import { Rejected } from '#model/error.ts'
import type { RuleSchedule } from '#model/schedule.ts'
import { schemaCheck } from '#model/schema-fault.ts'
import { parseRuleSchedule } from '#rules/schedule/parse-schedule.ts'
import { RuleScheduleDocument } from '#rules/schedule/schedule-document.ts'

const faultsOf = schemaCheck(RuleScheduleDocument)

describe('the schedule of a rule', () => {
  test.each<[string, RuleScheduleDocument, RuleSchedule]>([
    ['a name', 'working-hours', { not: false, schedule: 'working-hours' }],
    ['not a name', { not: 'nights' }, { not: true, schedule: 'nights' }],
    [
      'windows',
      { windows: [{ days: ['workday', 'sun'], from: '22:30', to: '06:05' }] },
      {
        not: false,
        schedule: { windows: [{ days: ['workday', 'sun'], from: 1_350, to: 365 }], seasons: null },
      },
    ],
    [
      'a season of whole days',
      { seasons: [{ from: '02-29', to: '09-30' }] },
      {
        not: false,
        schedule: {
          windows: [{ days: null, from: 0, to: 1_440 }],
          seasons: [{ from: '02-29', to: '09-30' }],
        },
      },
    ],
    [
      'not these days',
      { not: { windows: [{ days: ['restday'] }] } },
      {
        not: true,
        schedule: { windows: [{ days: ['restday'], from: 0, to: 1_440 }], seasons: null },
      },
    ],
    [
      'until midnight, written either way',
      {
        windows: [{ from: '20:00', to: '00:00' }, { from: '20:00', to: '24:00' }, { to: '00:00' }],
      },
      {
        not: false,
        schedule: {
          windows: [
            { days: null, from: 1_200, to: 1_440 },
            { days: null, from: 1_200, to: 1_440 },
            { days: null, from: 0, to: 1_440 },
          ],
          seasons: null,
        },
      },
    ],
  ])('may be %s', (_, document, expected) => {
    expect(faultsOf(document)).toEqual([])
    expect(parseRuleSchedule(document)).toEqual(expected)
  })

  test.each<[string, unknown, string]>([
    ['an hour that no clock has', { windows: [{ from: '25:00' }] }, 'windows.0.from'],
    ['an hour without minutes', { windows: [{ from: '8' }] }, 'windows.0.from'],
    ['a begin at the end of the day', { windows: [{ from: '24:00' }] }, 'windows.0.from'],
    ['an end beyond the day', { windows: [{ to: '24:01' }] }, 'windows.0.to'],
    ['a day of no week', { windows: [{ days: ['someday'] }] }, 'windows.0.days.0'],
    ['no day at all', { windows: [{ days: [] }] }, 'windows.0.days'],
    ['no window at all', { windows: [] }, 'windows'],
    ['a month of no year', { seasons: [{ from: '13-01', to: '02-01' }] }, 'seasons.0.from'],
    ['half a season', { seasons: [{ from: '12-01' }] }, 'seasons.0.to'],
    ['a misspelt field', { window: [{ from: '08:00' }] }, 'window'],
  ])('is refused by its form with %s', (_, document, field) => {
    expect(faultsOf(document).map((fault) => fault.field)).toContain(field)
  })

  test.each<[string, RuleScheduleDocument, string]>([
    [
      'a day that no year has',
      { not: { seasons: [{ from: '02-01', to: '02-30' }] } },
      '/schedule/not/seasons/0/to: no year has a day 02-30',
    ],
    [
      'the thirty-first of a short month',
      {
        seasons: [
          { from: '03-01', to: '03-31' },
          { from: '04-31', to: '05-01' },
        ],
      },
      '/schedule/seasons/1/from: no year has a day 04-31',
    ],
    [
      '`not` and windows beside it',
      { not: 'nights', windows: [{ from: '08:00' }] },
      '/schedule: `not` stands alone, windows and seasons in it',
    ],
  ])('is refused by what it says with %s', (_, document, reason) => {
    expect(faultsOf(document)).toEqual([])
    expect(() => parseRuleSchedule(document)).toThrow(Rejected)
    expect(() => parseRuleSchedule(document)).toThrow(reason)
  })
})

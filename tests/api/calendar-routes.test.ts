import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CALENDAR, type CalendarApi, NOW, openCalendarApi } from './calendar-fixture.ts'

let city: CalendarApi
beforeAll(async () => {
  city = await openCalendarApi()
})
afterAll(() => city.close())
beforeEach(() => city.reset())

const deadline = async (from: string, amount: number, unit: string): Promise<unknown> => {
  const parameters = new URLSearchParams({ from, amount: String(amount), unit })
  return (await city.api.call('GET', `${CALENDAR}/deadline?${parameters.toString()}`)).body
}

describe('as it ships', () => {
  test('this year is shown with every special day, its name, and the hours of the week', async () => {
    const { status, body } = await city.api.call('GET', CALENDAR)
    expect(status).toBe(200)
    expect(body).toMatchObject({ year: 2026, timeZone: 'Asia/Shanghai' })
    expect(body.days).toHaveLength(39)
    expect(body.days[0]).toEqual({
      date: '2026-01-01',
      type: 'holiday',
      name: { en: "New Year's Day", zh: '元旦' },
      source: 'shipped',
      shipped: 'holiday',
      changedBy: null,
      changedAt: null,
    })
    expect(await city.dayOf('2026-02-14')).toMatchObject({
      type: 'make-up',
      name: { en: 'Spring Festival', zh: '春节' },
    })
    const normal = [
      { from: '08:00', to: '12:00' },
      { from: '14:00', to: '18:00' },
    ]
    expect(body.hours).toEqual({
      periods: {
        mon: normal,
        tue: normal,
        wed: normal,
        thu: normal,
        fri: normal,
        sat: [],
        sun: [],
        makeUp: normal,
      },
      hoursPerWorkingDay: 8,
      changedBy: null,
      changedAt: null,
    })
  })

  test('a year that should be known by now is warned of, until the city says that it is', async () => {
    const missing = async () => {
      const gauge = await city.metrics.calendarYearsMissing.get()
      const { body } = await city.api.call('GET', CALENDAR)
      const { known, missingYears, warnings } = body
      return { known: known.untilYear, missingYears, warnings, gauge: gauge.values[0]?.value }
    }
    const warned = {
      known: 2026,
      missingYears: [2027],
      warnings: ['no holidays of 2027 are known: only weekends are off'],
      gauge: 1,
    }
    expect(await missing()).toEqual(warned)
    expect(city.calendar.warnings().map(({ en }) => en)).toEqual(warned.warnings)
    const { body } = await city.api.call('PUT', `${CALENDAR}/known-until`, { year: 2027 })
    expect(body).toMatchObject({ fromYear: 2004, untilYear: 2027, changedBy: 'admin token' })
    expect(await missing()).toEqual({ known: 2027, missingYears: [], warnings: [], gauge: 0 })
    await city.api.call('PUT', `${CALENDAR}/known-until`, { year: null })
    expect(await missing()).toEqual(warned)
  })
})

describe('days', () => {
  test('a day is declared, declared otherwise, and taken back to what ships', async () => {
    const added = await city.put('2026-12-24', 'holiday', '市庆日')
    expect(added).toMatchObject({
      status: 201,
      body: {
        date: '2026-12-24',
        type: 'holiday',
        name: { en: '市庆日', zh: '市庆日' },
        source: 'city',
        shipped: null,
        changedBy: 'admin token',
        changedAt: new Date(NOW).toISOString(),
      },
    })
    expect(await city.put('2026-12-24', 'make-up', '市庆日')).toMatchObject({ status: 200 })
    expect(await city.dayOf('2026-12-24')).toMatchObject({ type: 'make-up' })
    expect(await city.api.call('DELETE', `${CALENDAR}/days/2026-12-24`)).toMatchObject({
      status: 204,
    })
    expect(await city.dayOf('2026-12-24')).toBeUndefined()
  })

  test('a day that ships is changed, and shows what it was', async () => {
    await city.put('2026-10-10', 'holiday', '不调休')
    expect(await city.dayOf('2026-10-10')).toMatchObject({
      type: 'holiday',
      source: 'city',
      shipped: 'make-up',
    })
    // Saturday is off now: what Friday leaves over waits for Monday.
    const monday = { deadlineAt: '2026-10-12T01:00:00.000Z' }
    expect(await deadline('2026-10-09T17:00:00+08:00', 2, 'working-hour')).toMatchObject(monday)
    await city.api.call('DELETE', `${CALENDAR}/days/2026-10-10`)
    expect(await city.dayOf('2026-10-10')).toMatchObject({ type: 'make-up', source: 'shipped' })
    const saturday = { deadlineAt: '2026-10-10T01:00:00.000Z' }
    expect(await deadline('2026-10-09T17:00:00+08:00', 2, 'working-hour')).toMatchObject(saturday)
  })

  test.each([
    ['2026-02-30', { type: 'holiday', name: 'x' }, 400, '2026-02-30 is no day of a calendar'],
    ['1926-02-03', { type: 'holiday', name: 'x' }, 400, 'between the years 2000 and 2100'],
    ['2026-2-3', { type: 'holiday', name: 'x' }, 400, 'date'],
    ['2026-12-24', { type: 'feast', name: 'x' }, 400, 'type'],
    ['2026-12-24', { type: 'holiday' }, 400, 'name'],
    ['2026-12-24', { type: 'holiday', name: 'x', more: 1 }, 400, 'more'],
  ])('%s as %j is refused', async (date, body, status, detail) => {
    const answer = await city.api.call('PUT', `${CALENDAR}/days/${date}`, body)
    expect(answer).toMatchObject({ status, body: { detail: expect.stringContaining(detail) } })
    expect(await city.daysOf(2026)).toHaveLength(39)
  })

  test('a day of which nothing was declared cannot be taken back', async () => {
    expect(await city.api.call('DELETE', `${CALENDAR}/days/2026-10-01`)).toMatchObject({
      status: 404,
      body: { code: 'not-found' },
    })
  })
})

describe('hours', () => {
  const [morning, afternoon] = [
    { from: '09:00', to: '12:00' },
    { from: '13:00', to: '17:30' },
  ]
  const day = [morning, afternoon]
  const week = { mon: day, tue: day, wed: day, thu: day, fri: day, sat: [morning], sun: [] }

  test('are set, and limits run by them', async () => {
    const hours = { periods: { ...week, makeUp: [morning] }, hoursPerWorkingDay: 7.5 }
    const { status, body } = await city.api.call('PUT', `${CALENDAR}/periods`, hours)
    expect(status).toBe(200)
    expect(body).toMatchObject({ ...hours, changedBy: 'admin token' })
    expect((await city.show()).hours).toEqual(body)
    // Friday 13 March 2026 from 13:00: 4.5 hours, then 3 on Saturday morning.
    expect(await deadline('2026-03-13T12:00:00+08:00', 1, 'working-day')).toMatchObject({
      deadlineAt: '2026-03-14T04:00:00.000Z',
    })
    expect(city.calendar.calendar().weekdays).toEqual(['mon', 'tue', 'wed', 'thu', 'fri', 'sat'])
  })

  test.each([
    ['makeUp/0: a period ends after', 8, { ...week, makeUp: [{ from: '12:00', to: '09:00' }] }],
    ['mon/1: a period begins after', 8, { ...week, makeUp: [], mon: [afternoon, morning] }],
    [
      'a week without working hours',
      8,
      { makeUp: day, mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] },
    ],
    ['periods.makeUp.0.from', 8, { ...week, makeUp: [{ from: '8:00', to: '12:00' }] }],
    ['makeUp', 8, week],
    ['hoursPerWorkingDay', 25, { ...week, makeUp: [] }],
  ])('they are refused: %s', async (detail, hoursPerWorkingDay, periods) => {
    const answer = await city.api.call('PUT', `${CALENDAR}/periods`, {
      periods,
      hoursPerWorkingDay,
    })
    expect(answer).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining(detail) },
    })
  })
})

describe('preview of a deadline', () => {
  test.each([
    ['2026-02-13T17:00:00+08:00', 2, 'working-day', '2026-02-24T09:00:00.000Z'],
    ['2026-02-13T17:00:00+08:00', 2, 'continuous-hour', '2026-02-13T11:00:00.000Z'],
    ['2026-02-13T17:00:00+08:00', 1.5, 'calendar-day', '2026-02-14T21:00:00.000Z'],
  ])('from %s %d %s end at %s', async (from, amount, unit, deadlineAt) => {
    expect(await deadline(from, amount, unit)).toEqual({
      from: new Date(from).toISOString(),
      amount,
      unit,
      deadlineAt,
      unknownYears: [],
    })
  })

  test('without a begin it runs from now, and says which years it guesses at', async () => {
    const now = `${CALENDAR}/deadline?amount=60&unit=working-day`
    expect((await city.api.call('GET', now)).body).toEqual({
      from: new Date(NOW).toISOString(),
      amount: 60,
      unit: 'working-day',
      // Of this Wednesday 7 hours, then 59 weekdays: to Tuesday 16 February; an hour of the next.
      deadlineAt: '2027-02-17T01:00:00.000Z',
      unknownYears: [2027],
    })
    const hours = `${CALENDAR}/deadline?amount=2000&unit=continuous-hour`
    expect((await city.api.call('GET', hours)).status).toBe(400)
  })
})

test('what a city has declared is there after a restart', async () => {
  await city.put('2027-01-01', 'holiday', '元旦')
  await city.put('2026-10-10', 'holiday', '不调休')
  await city.api.call('PUT', `${CALENDAR}/known-until`, { year: 2027 })
  const { body } = await city.api.call('GET', CALENDAR)
  const again = await city.open()
  try {
    const { calendar: kept, changes, hoursPerWorkingDay } = again.desk.city()
    expect(changes.days.map(({ date, type }) => [date, type])).toEqual([
      ['2026-10-10', 'holiday'],
      ['2027-01-01', 'holiday'],
    ])
    expect(kept).toEqual(city.calendar.calendar())
    expect(kept.makeUpDays).not.toContain('2026-10-10')
    expect(hoursPerWorkingDay).toBe(body.hours.hoursPerWorkingDay)
    expect(again.warnings()).toEqual([])
  } finally {
    again.close()
  }
})

test('of two who change the calendar at once both are kept, and memory has both', async () => {
  const days = Array.from(
    { length: 12 },
    (_, month) => `2028-${String(month + 1).padStart(2, '0')}-15`,
  )
  await Promise.all([
    ...days.map((date) => city.put(date, 'holiday', date)),
    city.send('date,type,name\n2028-01-20,holiday,x\n'),
  ])
  expect((await city.daysOf(2028)).map(({ date }) => date)).toEqual([...days, '2028-01-20'].sort())
})

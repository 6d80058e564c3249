import { expect, test } from 'vitest'
import { remainingTime } from '#cases/remaining-time.ts'
import { workTime } from '#cases/time/work-time.ts'
import type { Case } from '#model/case.ts'
import { epochMs, hours } from '#model/time.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import { DEFAULT_PERIODS } from '#model/work-periods.ts'
import { TEST_WORLD } from '#tests/support/case-rules.ts'

const time = workTime({
  periods: DEFAULT_PERIODS,
  calendar: CHINESE_CALENDAR,
  timeZone: 'Asia/Shanghai',
})
const at = (text: string) => epochMs(Date.parse(`${text}:00+08:00`))
const found = (unit: 'working-hour' | 'continuous-hour'): Case =>
  ({
    state: 'handling',
    kind: 'part',
    condition: null,
    limit: { amount: 4, unit },
    // Monday at three in the afternoon.
    deadlineAt: at('2026-03-16T15:00'),
  }) as Case

test('a limit in working hours stands over the weekend, and says when it goes on', () => {
  const world = { ...TEST_WORLD, time }
  const told = remainingTime(found('working-hour'), world, at('2026-03-14T10:00'))
  expect(told).toEqual({
    // Four hours of the morning and one after lunch.
    left: hours(5),
    isWorkTime: true,
    isRunning: false,
    turnsAt: at('2026-03-16T08:00'),
    at: at('2026-03-14T10:00'),
  })
  const running = remainingTime(found('working-hour'), world, at('2026-03-16T09:00'))
  expect(running).toMatchObject({
    left: hours(4),
    isRunning: true,
    turnsAt: at('2026-03-16T12:00'),
  })
  const late = remainingTime(found('working-hour'), world, at('2026-03-16T20:00'))
  expect(late).toMatchObject({ left: hours(-3), isRunning: false })
})

test('a limit in hours of the clock runs day and night', () => {
  const world = { ...TEST_WORLD, time }
  const told = remainingTime(found('continuous-hour'), world, at('2026-03-15T15:00'))
  expect(told).toMatchObject({ left: hours(24), isWorkTime: false, isRunning: true, turnsAt: null })
})

test('where nothing is to be done within a limit nothing is left of one', () => {
  const world = { ...TEST_WORLD, time }
  const parked: Case = { ...found('working-hour'), state: 'parked' }
  expect(remainingTime(parked, world, at('2026-03-14T10:00'))).toBeNull()
  const unlimited: Case = { ...found('working-hour'), deadlineAt: null }
  expect(remainingTime(unlimited, world, at('2026-03-14T10:00'))).toBeNull()
})

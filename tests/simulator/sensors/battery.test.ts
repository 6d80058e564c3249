import { describe, expect, test } from 'vitest'
import { days, type EpochMs, epochMs, hours, minutes, seconds } from '#model/time.ts'
import { splitRandom } from '#simulator/random/random.ts'
import { type Battery, cell, Pack } from '#simulator/sensors/battery.ts'
import { runningDown } from '#simulator/sensors/faults/flat-battery.ts'
import { after, saying, startedAt } from './bench.ts'

/** How much is gone after so long when it is asked every so often. */
function spent(battery: Battery, every: number, span: number): number {
  const full = battery.left(startedAt)
  let left = full
  for (let at = startedAt + every; at <= startedAt + span; at += every)
    left = battery.left(epochMs(at))
  return full - left
}

describe('a cell', () => {
  test.each([
    ['manhole-cover', minutes(60)],
    ['bin-sensor', minutes(15)],
    ['pipe-gauge', minutes(5)],
  ])('of a %s lasts three years at its usual interval', (kind, usual) => {
    const perDay = spent(cell(splitRandom('s'), kind), usual, days(20)) / 20
    expect(100 / perDay / 365).toBeCloseTo(3, 1)
  })

  test('runs down with what is sent, and a little by itself', () => {
    const loss = (every: number): number =>
      spent(cell(splitRandom('s'), 'manhole-cover'), every, days(20))
    const [usual, seldom, often] = [loss(hours(1)), loss(days(10)), loss(minutes(10))]
    const asleep = 0.3 * usual
    expect(seldom).toBeGreaterThan(asleep)
    expect(seldom).toBeLessThan(1.1 * asleep)
    expect(often).toBeCloseTo(asleep + 6 * (usual - asleep), 3)
  })

  test('is renewed before a rule would call for it, however much is sent', () => {
    const battery = cell(splitRandom('s'), 'manhole-cover')
    const read = Array.from({ length: 100_000 }, (_, second) => battery.left(after(second * 5)))
    expect(Math.min(...read)).toBeGreaterThanOrEqual(15)
    expect(Math.max(...read)).toBe(100)
  })

  test('is below ten for exactly the span in which it is worn out', () => {
    const wornOut = { startedAt: after(600), endedAt: after(1_200), strength: 0.5 }
    const battery = cell(splitRandom('s'), 'manhole-cover', [wornOut])
    for (let second = 0; second < 2_000; second += 1) {
      expect(battery.left(after(second)) < 10).toBe(second >= 600 && second < 1_200)
    }
  })
})

describe('a pack', () => {
  const midnight = epochMs(Date.parse('2026-11-23T00:00:00+08:00'))
  const at = (day: number, hour: number): EpochMs =>
    epochMs(midnight + days(day) + Math.round(hours(hour)))
  const through = (battery: Battery, from: EpochMs, to: EpochMs, every: number): number => {
    let left = battery.left(from)
    for (let next = from + every; next <= to; next += every) left = battery.left(epochMs(next))
    return left
  }

  test('lasts a shift from six to ten and is full again in the morning', () => {
    const battery = new Pack(splitRandom('s'))
    const evening = through(battery, at(1, 6), at(1, 21.9), seconds(30))
    expect(evening).toBeLessThan(40)
    const night = through(battery, at(1, 22), at(2, 5.9), seconds(30))
    expect(night).toBe(100)
  })

  test('is full after a night in which nobody asked, and never below fifteen', () => {
    const battery = new Pack(splitRandom('s'))
    expect(through(battery, at(1, 8), at(1, 20), seconds(1))).toBe(15)
    expect(battery.left(at(2, 7))).toBeGreaterThan(95)
  })
})

test('a cell that fails falls to nearly nothing, then the device is silent for good', () => {
  const sound = saying(() => ({ level_mm: 5, battery_pct: 81 }))
  const sensor = runningDown(sound, after(1_000), after(2_000))
  const read = [0, 999, 1_000, 1_500, 1_999, 2_000, 90_000].map((second) => sensor(after(second)))
  const left = read.map((values) => values?.['battery_pct'])
  expect(left.slice(0, 4)).toEqual([81, 81, 81, 41])
  expect(left[4]).toBeCloseTo(1.08, 5)
  expect(read.slice(5)).toEqual([null, null])
})

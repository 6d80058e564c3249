import { expect, test } from 'vitest'
import {
  type Jitter,
  park,
  pass,
  rectangle,
  type SpeedSource,
  STATEMENTS,
  type Statement,
} from '#bench/jitter-trial.ts'
import { between, pick, splitRandom } from '#simulator/random/random.ts'

const SEED = 'beside a fence'
const RADII = [5, 10, 20, 35, 50] as const
const LASTING = [0, 30, 300, 1_200] as const

const parked = (speed: SpeedSource, states: Statement, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const random = splitRandom(SEED, 'park', speed, states, index)
    const jitter: Jitter = { radius_m: pick(random, RADII), lasts_s: pick(random, LASTING) }
    const depth_m = between(random, 1, 30) * (index % 2 === 0 ? -1 : 1)
    return park({ jitter, states, speed, every_s: 10 }, depth_m, 24, random)
  })

const per1000Hours = (count: number, hours: number): number => (1_000 * count) / hours
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

test('trucks parked beside a fence for a day of jitter cross it next to never', () => {
  for (const speed of ['measured', 'missing'] as const) {
    const told = STATEMENTS.flatMap((states) => parked(speed, states, 30))
    const hours = sum(told.map((each) => each.hours))
    const tracked = per1000Hours(sum(told.map((each) => each.tracked)), hours)
    const naive = per1000Hours(sum(told.map((each) => each.naive)), hours)
    expect(tracked, `false transitions per 1,000 h, speed ${speed}`).toBeLessThan(4)
    expect(naive, `those of the naive test, speed ${speed}`).toBeGreaterThan(20_000)
    const wrong = sum(told.map((each) => each.wrong)) / told.length
    expect(wrong, `share of fixes at which a side is wrong, speed ${speed}`).toBeLessThan(0.02)
  }
})

test('trucks that drive through a zone are told of, however thin it is and seldom they report', () => {
  for (const speed of ['measured', 'missing'] as const) {
    for (const states of STATEMENTS) {
      for (const every_s of [1, 5, 10, 30, 60]) {
        for (const width of [30, 60, 120, 250, 500]) {
          const zone = rectangle(-300, -width / 2, 300, width / 2)
          const caught = Array.from({ length: 40 }, (_, index) => {
            const random = splitRandom(SEED, 'through', speed, states, every_s, width, index)
            const jitter: Jitter = { radius_m: pick(random, RADII), lasts_s: pick(random, LASTING) }
            const terminal = { jitter, states, speed, every_s }
            return pass(terminal, zone, (index % 11) * 40 - 200, between(random, 10, 70), random)
          }).filter(({ tracked }) => tracked > 0)
          const label = `${width} m, a fix every ${every_s} s, accuracy ${states}, speed ${speed}`
          expect(caught.length / 40, label).toBeGreaterThanOrEqual(0.95)
        }
      }
    }
  }
})

test('trucks that drive past a zone are seldom taken for entering it', () => {
  const zone = rectangle(-300, -125, 300, 125)
  const taken = Array.from({ length: 400 }, (_, index) => {
    const random = splitRandom(SEED, 'past', index)
    const jitter: Jitter = { radius_m: pick(random, RADII), lasts_s: pick(random, LASTING) }
    const terminal = { jitter, states: 'honest', speed: 'measured', every_s: 10 } as const
    return pass(terminal, zone, 330 + (index % 7) * 10, between(random, 10, 70), random)
  }).filter(({ tracked }) => tracked > 0)
  expect(taken.length).toBeLessThanOrEqual(4)
})

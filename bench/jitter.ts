/**
 * How far jitter fools the places of rules, `npm run bench -- jitter [--devices 60] [--seed jitter]`.
 *
 * First trucks that come and park 1 to 30 m from a fence, on either side, for 24 hours, with errors of
 * 5 to 50 m that are new at each fix or last for minutes: transitions told of that were none, per 1,000
 * hours of devices, by the track of the rules and by the naive test of each fix against the polygon;
 * and how much of the time each was wrong, or the track said that it did not know. Then trucks that
 * drive through zones of 30 to 500 m, and past them: how many passages were told of.
 *
 * What the numbers do not say: real errors have more shapes than these two, and lean to one side.
 */
import { parseArgs } from 'node:util'
import { between, pick, splitRandom } from '#simulator/random/random.ts'
import { type Jitter, park, pass, rectangle, SPEEDS, STATEMENTS } from './jitter-trial.ts'

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '60' },
    seed: { type: 'string', default: 'jitter' },
  },
})
const devices = Number(values.devices)
const { seed } = values
const HOURS = 24
const RADII = [5, 10, 20, 35, 50] as const
const LASTING = [0, 30, 300, 1_200] as const

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, each) => sum + each, 0) / numbers.length
const row = (cells: readonly (string | number)[]): void => console.log(`| ${cells.join(' | ')} |`)
const head = (cells: readonly string[]): void => {
  console.log()
  row(cells)
  row(cells.map(() => '---'))
}

console.log(`seed ${seed}, ${devices} devices a row, ${HOURS} h each, a fix every 10 s`)
head([
  'stated accuracy',
  'speed',
  'error lasts',
  'false per 1,000 h: track',
  'naive',
  'wrong: track',
  'naive',
  'unknown',
])
for (const speed of SPEEDS) {
  for (const states of STATEMENTS) {
    for (const lasts_s of LASTING) {
      const told = Array.from({ length: devices }, (_, index) => {
        const random = splitRandom(seed, 'park', speed, states, lasts_s, index)
        const jitter: Jitter = { radius_m: pick(random, RADII), lasts_s }
        const depth_m = between(random, 1, 30) * (index % 2 === 0 ? -1 : 1)
        return park({ jitter, states, speed, every_s: 10 }, depth_m, HOURS, random)
      })
      const per1000 = (count: number): string => ((count * 1_000) / (devices * HOURS)).toFixed(1)
      row([
        states,
        speed,
        lasts_s === 0 ? 'a fix' : `${lasts_s} s`,
        per1000(told.reduce((sum, each) => sum + each.tracked, 0)),
        per1000(told.reduce((sum, each) => sum + each.naive, 0)),
        percent(mean(told.map(({ wrong }) => wrong))),
        percent(mean(told.map(({ naiveWrong }) => naiveWrong))),
        percent(mean(told.map(({ unknown }) => unknown))),
      ])
    }
  }
}

const WIDTHS = [30, 60, 120, 250, 500]
const INTERVALS = [1, 5, 10, 30, 60]

function passages(
  label: string,
  at: (width: number, index: number) => number,
  states: 'honest' | '5 m',
) {
  for (const speed of ['measured', 'missing'] as const) {
    head([
      `${label}, accuracy ${states}, speed ${speed}: a fix every`,
      ...WIDTHS.map((width) => `${width} m`),
    ])
    for (const every_s of INTERVALS) {
      const cells = WIDTHS.map((width) => {
        const zone = rectangle(-300, -width / 2, 300, width / 2)
        const told = Array.from({ length: devices * 5 }, (_, index) => {
          const random = splitRandom(seed, label, states, speed, every_s, width, index)
          const jitter: Jitter = { radius_m: pick(random, RADII), lasts_s: pick(random, LASTING) }
          const kmh = between(random, 10, 70)
          return pass({ jitter, states, speed, every_s }, zone, at(width, index), kmh, random)
        })
        const share = (name: 'tracked' | 'naive') =>
          percent(mean(told.map((each) => (each[name] > 0 ? 1 : 0))))
        const often = mean(told.map(({ tracked }) => tracked)).toFixed(2)
        const naively = mean(told.map(({ naive }) => naive)).toFixed(2)
        return `${share('tracked')} (${often}×), naive ${share('naive')} (${naively}×)`
      })
      row([`${every_s} s`, ...cells])
    }
  }
}

passages('through', (_, index) => ((index % 41) - 20) * 10, 'honest')
passages('through', (_, index) => ((index % 41) - 20) * 10, '5 m')
passages('past at 30 to 90 m', (_, index) => 330 + (index % 7) * 10, 'honest')

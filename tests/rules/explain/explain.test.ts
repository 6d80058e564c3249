import { describe, expect, test } from 'vitest'
import type { Obstacle } from '#model/explanation.ts'
import type { Rule } from '#model/rule.ts'
import { epochMs, hours, minutes, seconds } from '#model/time.ts'
import { explain, type Past } from '#rules/explain/explain.ts'
import type { Sample } from '#rules/fold.ts'
import { bound, CITY_DATA, device, reading, rule, START } from '#tests/monitor/fixtures.ts'

const COVER = device('cover')
const NOTHING: Past = { history: [], whole: true, stretches: [], talkingUntil: null }
type Step = readonly [second: number, values: Readonly<Record<string, number | boolean>>]

/** Why a rule says what it says, some seconds after the start, of a device with no other past. */
function told(of: Partial<Rule>, steps: readonly Step[], atSecond?: number) {
  const samples = steps.map(([second, values]): Sample => reading(COVER, second, values))
  const last = samples.at(-1)
  const at = epochMs(
    atSecond === undefined ? (last?.measuredAt ?? START) : START + atSecond * 1_000,
  )
  const past = { ...NOTHING, history: samples.slice(0, -1) }
  const data = { ...CITY_DATA, areas: {} }
  const answer = explain(bound(rule({ id: 'tried', ...of }), { data }), last, past, at)
  if (!answer) throw new Error('the whole past settles every state')
  return answer
}

const TILT: Partial<Rule> = {
  when: 'tilt_deg > 15.0',
  hold: seconds(20),
  gap: seconds(45),
  clear: 'tilt_deg < 5.0',
  clearHold: seconds(30),
  cooldown: minutes(5),
}
const askew = (second: number): Step => [second, { tilt_deg: 20 }]
const level = (second: number): Step => [second, { tilt_deg: 1 }]

describe('what stands in the way of an episode', () => {
  const at = (second: number): number => START + second * 1_000
  test.each<[string, Partial<Rule>, readonly Step[], readonly (readonly [Obstacle, object])[]]>([
    ['no reading at all', TILT, [], [['no-reading', {}]]],
    ['a condition that is false', TILT, [level(0)], [['condition-false', { clause: TILT.when }]]],
    [
      'the clause that is false, among others',
      { when: 'tilt_deg > 15.0 && (lid_open || level_mm > 3.0)' },
      [[0, { tilt_deg: 20, lid_open: false, level_mm: 1 }]],
      [
        [
          'condition-false',
          { clause: 'lid_open || level_mm > 3.0', names: ['lid_open', 'level_mm'] },
        ],
      ],
    ],
    [
      'a channel that the reading lacks',
      { when: 'tilt_deg > 15.0 && level_mm > 3.0' },
      [askew(0)],
      [['unknown-channel', { clause: 'level_mm > 3.0', names: ['level_mm'] }]],
    ],
    [
      'a parameter without a value',
      {
        when: 'tilt_deg > params.most',
        clear: 'tilt_deg < 5.0',
        params: {
          most: { type: 'number', unit: 'deg', default: null, title: null, min: null, max: null },
        },
      },
      [askew(0)],
      [['unknown-parameter', { names: ['most'] }]],
    ],
    [
      'a window that is not spanned yet',
      { when: "rate(level_mm, '10m') > 5.0" },
      [[0, { level_mm: 1 }]],
      [['unknown-past', { names: ["rate(level_mm, '10m')"] }]],
    ],
    [
      'a hold that is not reached',
      TILT,
      [level(0), askew(10), askew(20)],
      [['hold', { from: at(10), until: at(30) }]],
    ],
    [
      'a silence that interrupted the run',
      TILT,
      [askew(0), askew(10), askew(100)],
      [
        ['gap', { from: at(10), until: at(100) }],
        ['hold', { from: at(100), until: at(120) }],
      ],
    ],
    [
      'an episode that has been for a while',
      TILT,
      [askew(0), askew(30), askew(40)],
      [['already-active', { from: at(30) }]],
    ],
    [
      'the time after an episode',
      TILT,
      [askew(0), askew(30), level(40), level(80), askew(90)],
      [['cooldown', { from: at(80), until: at(380) }]],
    ],
    [
      'a reading that ends an episode',
      TILT,
      [askew(0), askew(30), level(40), level(80)],
      [['cleared', { from: at(80) }]],
    ],
    // The series begins at eight in the morning.
    [
      'hours in which the rule does not apply',
      {
        when: 'tilt_deg > 15.0',
        schedule: {
          not: false,
          schedule: { windows: [{ days: null, from: 9 * 60, to: 10 * 60 }], seasons: null },
        },
      },
      [askew(0)],
      [['schedule', { from: START - hours(22), until: START + hours(1) }]],
    ],
    ['nothing, where the hold was reached', TILT, [askew(0), askew(20)], []],
  ])('%s', (_, of, steps, expected) => {
    const { obstacles } = told(of, steps)
    expect(obstacles.map(({ why }) => why)).toEqual(expected.map(([why]) => why))
    expect(obstacles).toMatchObject(expected.map(([, more]) => more))
  })

  test('a run that nobody goes on with is interrupted already', () => {
    const { obstacles } = told(TILT, [askew(0), askew(10)], 100)
    expect(obstacles).toMatchObject([{ why: 'gap', from: START + 10_000, until: null }, {}])
  })
})

test('a clause tells the values of all it looks at, with their units', () => {
  const { condition } = told(
    {
      when: "mean(tilt_deg, '1m') > params.most && level_mm < 5.0",
      clear: 'tilt_deg < 5.0',
      params: {
        most: { type: 'number', unit: 'deg', default: 15, title: null, min: null, max: null },
      },
    },
    [
      [0, { tilt_deg: 10 }],
      [10, { tilt_deg: 30 }],
    ],
  )
  expect(condition).toMatchObject({
    truth: 'unknown',
    clauses: [
      {
        truth: 'true',
        terms: [
          { text: "mean(tilt_deg, '1m')", value: 20, unit: 'deg' },
          { text: 'params.most', value: 15, unit: 'deg' },
        ],
      },
      {
        truth: 'unknown',
        terms: [{ text: 'level_mm', value: null, unit: 'mm' }],
        absentChannels: ['level_mm'],
      },
    ],
  })
})

test('what an active rule waits for is told with the condition that clears it', () => {
  const active = told(TILT, [askew(0), askew(30), [40, { tilt_deg: 10 }]])
  expect(active.state).toMatchObject({ phase: 'active', waitsFor: 'clear', since: START })
  expect(active.clear).toMatchObject({ text: 'tilt_deg < 5.0', truth: 'false' })
  const clearing = told(TILT, [askew(0), askew(30), level(40), level(50)])
  expect(clearing.state).toMatchObject({
    phase: 'clearing',
    held_ms: 10_000,
    needed_ms: 30_000,
    until: START + 70_000,
  })
})

test('a truck at the edge of an area is not certainly in it, and one within it is', () => {
  const truck = device('truck', 'refuse-truck')
  const depot = {
    type: 'Polygon' as const,
    coordinates: [
      [
        [111, 35],
        [111.02, 35],
        [111.02, 35.02],
        [111, 35.02],
        [111, 35],
      ],
    ],
  }
  const inDepot = rule({ id: 'in', kinds: ['refuse-truck'], when: "inside('depot')" })
  const gone = rule({ id: 'gone', kinds: ['refuse-truck'], when: "inside('gone')" })
  const data = { ...CITY_DATA, areas: { depot } }
  const fixAt = (lon_deg: number): Sample =>
    reading(truck, 0, { lon_deg, lat_deg: 35.01, speed_kmh: 30, accuracy_m: 10 })
  const ask = (of: typeof inDepot, lon_deg: number) =>
    explain(bound(of, { data }), fixAt(lon_deg), NOTHING, START)
  expect(ask(inDepot, 111.01)).toMatchObject({
    obstacles: [],
    places: [{ area: 'depot', isKnown: true, side: 'in', accuracy_m: 10, dwell_ms: 0 }],
  })
  const edge = ask(inDepot, 111.00005)
  expect(edge?.places).toMatchObject([{ side: null }])
  expect(edge?.places[0]?.depth_m).toBeCloseTo(4.6, 0)
  expect(edge?.obstacles).toMatchObject([{ why: 'unknown-place', clause: "inside('depot')" }])
  expect(ask(gone, 111.01)).toMatchObject({
    obstacles: [{ why: 'unknown-area', names: ['gone'] }],
    places: [{ area: 'gone', isKnown: false, side: null }],
  })
})

test('a history that does not settle the state is not enough', () => {
  const of = bound(rule({ id: 'tried', ...TILT }))
  const between5and15 = [0, 10, 20].map((second) => reading(COVER, second, { tilt_deg: 20 }))
  const last = reading(COVER, 21, { tilt_deg: 20 })
  const past = { ...NOTHING, history: between5and15, whole: false }
  expect(explain(of, last, past, last.measuredAt)).toBeUndefined()
})

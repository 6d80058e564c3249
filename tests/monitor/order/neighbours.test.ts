import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Place } from '#model/place.ts'
import { minutes, seconds } from '#model/time.ts'
import { device, nowhere, reading, rule } from '#tests/monitor/fixtures.ts'
import { metresEast } from '#tests/rules/group/fixtures.ts'
import { foldedAtOnce, keepsItsPromise, LONG, someReadings } from './story.ts'

const OUTCOME = { case: 'event', condition: 'work-vehicle-misconduct', class: '0195' } as const
const RULES = [
  rule({
    id: 'road-gives-way',
    when: 'tilt_deg > 3.0',
    hold: seconds(14),
    gap: minutes(5),
    neighbours: { atLeast: 2, within_m: 30, during: seconds(60) },
    outcome: OUTCOME,
  }),
  rule({
    id: 'street-under-water',
    when: 'level_mm > 2.0',
    neighbours: { atLeast: 3, within_m: null, during: seconds(30) },
    outcome: OUTCOME,
  }),
  rule({
    id: 'trucks-in-a-heap',
    kinds: ['refuse-truck'],
    when: 'speed_kmh < 3.0',
    hold: seconds(10),
    gap: minutes(5),
    neighbours: { atLeast: 2, within_m: null, during: seconds(20) },
    outcome: OUTCOME,
  }),
]

const cover = (id: string, metres: number | null, gridCode: string | null) =>
  device(id, 'manhole-cover', { place: metres === null ? null : metresEast(metres), gridCode })
const COVERS = [
  cover('a', 0, '1'),
  cover('b', 20, '1'),
  cover('c', 45, '1'),
  cover('d', 70, '2'),
  cover('e', null, '1'),
  cover('f', 90, null),
]
const TRUCKS = ['t', 'u', 'v'].map((id) => device(id, 'refuse-truck', { place: null }))

/** Unit grids of a hundred metres along the road. */
const surroundings = {
  ...nowhere,
  gridOf: ({ lon_deg }: Place) => {
    const code = String(Math.floor((lon_deg - 111) * 900))
    return { code, address: code }
  },
}

const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { freq: 6, nil: undefined })
const ofCover = fc
  .record({
    of: fc.constantFrom(...COVERS),
    at: fc.nat(40),
    level_mm: some(fc.nat(4)),
    tilt_deg: some(fc.nat(5)),
  })
  .map(({ of, at, ...values }) => reading(of, at * 7, values))
const ofTruck = fc
  .record({
    of: fc.constantFrom(...TRUCKS),
    at: fc.nat(40),
    speed_kmh: fc.nat(5),
    metres: fc.constantFrom(0, 60, 120, 180),
  })
  .map(({ of, at, speed_kmh, metres }) => reading(of, at * 7, { speed_kmh, ...metresEast(metres) }))

test(
  'clusters are those of what was measured, in any order and across restarts',
  async () => {
    const world = { rules: RULES, surroundings }
    await keepsItsPromise(someReadings(fc.oneof({ arbitrary: ofCover, weight: 3 }, ofTruck)), world)
  },
  LONG,
)

test('there are clusters in such readings', async () => {
  const wrong = COVERS.flatMap((of) =>
    [0, 20].map((at) => reading(of, at, { tilt_deg: 5, level_mm: 3 })),
  )
  const { standing } = await foldedAtOnce(wrong, { rules: RULES })
  const groups = standing.filter(({ role }) => role === 'group')
  expect(new Set(groups.map(({ scope }) => scope))).toEqual(new Set(['grid:1', 'near:a']))
})

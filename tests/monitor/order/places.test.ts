import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AreaGeometry } from '#model/area.ts'
import type { Reading } from '#model/reading.ts'
import { minutes, seconds } from '#model/time.ts'
import { CITY_DATA, device, reading, rule } from '#tests/monitor/fixtures.ts'
import { foldedAtOnce, identity, keepsItsPromise, LONG } from './story.ts'

const DEGREE_M = 111_195.08
const EAST_M = DEGREE_M * Math.cos((35 * Math.PI) / 180)
const spot = (east_m: number, north_m: number) => ({
  lon_deg: 111 + east_m / EAST_M,
  lat_deg: 35 + north_m / DEGREE_M,
})
const corner = (east_m: number, north_m: number) => {
  const { lon_deg, lat_deg } = spot(east_m, north_m)
  return [lon_deg, lat_deg]
}
const box = (west: number, south: number, east: number, north: number): AreaGeometry => ({
  type: 'Polygon',
  coordinates: [
    [
      corner(west, south),
      corner(east, south),
      corner(east, north),
      corner(west, north),
      corner(west, south),
    ],
  ],
})

const data = {
  ...CITY_DATA,
  areas: {
    depot: box(-600, -600, 600, 600),
    gate: box(900, -400, 960, 400),
    route: { type: 'LineString', coordinates: [corner(-2_000, 0), corner(2_000, 0)] },
  } as const,
}

const ofTrucks = (id: string, when: string, more = {}) =>
  rule({ id, kinds: ['refuse-truck'], when, ...more })
const RULES = [
  ofTrucks('in', "inside('depot')", { hold: minutes(2), gap: minutes(30) }),
  ofTrucks('out', "outside('depot') && speed_kmh > 2.0", { clear: "inside('depot')" }),
  ofTrucks('comes', "enters('depot')", { clear: "leaves('depot')" }),
  ofTrucks('goes', "leaves('depot')", { clear: "enters('depot') || crosses('gate')" }),
  ofTrucks('through', "crosses('gate')"),
  ofTrucks('stays', "dwells('depot', '30m')", {
    clear: "outside('depot')",
    clearHold: seconds(60),
  }),
  ofTrucks('off-route', "!corridor('route', 300.0)", { cooldown: minutes(20) }),
]

const TRUCK = device('truck', 'refuse-truck', { place: null })
const OTHER = device('other', 'refuse-truck', { place: null })

// Mostly as trucks report; sometimes a break, and sometimes one beyond all that is remembered.
const somePause = fc.oneof(
  { arbitrary: fc.constantFrom(10, 30, 60, 120), weight: 12 },
  { arbitrary: fc.constantFrom(290, 310, 900, 1_800), weight: 6 },
  { arbitrary: fc.constantFrom(3_700, 11_000, 21_500, 22_000, 30_000), weight: 1 },
)
const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { freq: 3, nil: undefined })
const someStep = fc.record({
  pause: somePause,
  // Stays mostly, so that it parks.
  move: fc.oneof(
    { arbitrary: fc.constant([0, 0] as const), weight: 2 },
    {
      arbitrary: fc.tuple(
        fc.constantFrom(-900, -400, -250, 0, 250, 400, 900),
        fc.constantFrom(-700, -300, 0, 0, 300, 700),
      ),
      weight: 2,
    },
  ),
  jitter: fc.tuple(fc.constantFrom(-45, -10, 0, 10, 45), fc.constantFrom(-45, -10, 0, 10, 45)),
  hasFix: fc.constantFrom(true, true, true, true, true, false),
  accuracy_m: some(fc.constantFrom(0, 4, 15, 60, 200)),
  speed_kmh: some(fc.constantFrom(0, 0, 3, 8, 40)),
})

/** A walk over a map of a few kilometres, now and then without a fix. */
const someWalk = (of: typeof TRUCK) =>
  fc
    .record({
      start: fc.constantFrom([0, 0], [700, 0], [1_000, 100], [550, 550]),
      steps: fc
        .integer({ min: 1, max: 36 })
        .chain((length) => fc.array(someStep, { minLength: length, maxLength: length })),
    })
    .map(({ start, steps }): readonly Reading[] => {
      let at = 0
      let [east, north] = start as [number, number]
      return steps.map(({ pause, move, jitter, hasFix, ...stated }) => {
        at += pause
        east = Math.max(-1_800, Math.min(1_800, east + move[0]))
        north = Math.max(-1_800, Math.min(1_800, north + move[1]))
        const fix = hasFix ? spot(east + jitter[0], north + jitter[1]) : {}
        return reading(of, at, { ...stated, ...fix })
      })
    })

test(
  'places come out the same in any order, with pauses beyond all that is remembered',
  async () => {
    const walks = fc
      .tuple(someWalk(TRUCK), someWalk(OTHER))
      .map(([one, other]) => [
        ...new Map([...one, ...other].map((each) => [identity(each), each])).values(),
      ])
    await keepsItsPromise(walks, { rules: RULES, data })
  },
  LONG,
)

test('there is something to find in such walks', async () => {
  const walk = [
    ...[0, 10, 20, 30, 40].map((n) => reading(TRUCK, n * 60, { ...spot(0, 0), speed_kmh: 8 })),
    reading(TRUCK, 2_460, { ...spot(1_400, 0), speed_kmh: 40 }),
    reading(TRUCK, 2_520, { ...spot(1_400, 700), speed_kmh: 40 }),
  ]
  const { standing } = await foldedAtOnce(walk, { rules: RULES, data })
  expect(new Set(standing.map(({ ruleId }) => ruleId))).toEqual(
    new Set(['in', 'out', 'goes', 'through', 'stays', 'off-route']),
  )
})

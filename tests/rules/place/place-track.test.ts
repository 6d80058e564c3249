import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AreaGeometry } from '#model/area.ts'
import { epochMs, hours, minutes, seconds } from '#model/time.ts'
import { compileArea } from '#rules/place/compile-area.ts'
import type { Fix } from '#rules/place/movement.ts'
import {
  advance,
  blankTrack,
  dwellOf,
  isInside,
  isSettled,
  LONGEST_DWELL,
  type PlaceTrack,
  sameTrack,
  TRACK_MEMORY,
} from '#rules/place/place-track.ts'
import { propertyRuns } from '#tests/support/property-runs.ts'
import { boxOf, fixAt, START } from './plane.ts'

const RUNS = propertyRuns(4_000)

const fold = (fixes: readonly Fix[], geometry: AreaGeometry, isWhole = true, width = 0) => {
  const area = compileArea(geometry, width)
  let track = blankTrack(isWhole)
  return fixes.map((fix) => {
    track = advance(area, track, fix)
    return track
  })
}

const YARD = boxOf(0, 0, 300, 300)

/** Fixes every so many seconds, west to east along y = 150, at a speed. */
const drive = (fromX: number, toX: number, kmh: number, every_s: number, from_s = 0): Fix[] => {
  const step = (kmh / 3.6) * every_s
  const count = Math.floor(Math.abs(toX - fromX) / step)
  return Array.from({ length: count + 1 }, (_, index) =>
    fixAt(from_s + index * every_s, fromX + Math.sign(toX - fromX) * index * step, 150, {
      speed_kmh: kmh,
      accuracy_m: 5,
    }),
  )
}

const park = (x: number, y: number, from_s: number, to_s: number, every_s: number): Fix[] =>
  Array.from({ length: Math.floor((to_s - from_s) / every_s) }, (_, index) =>
    fixAt(from_s + index * every_s, x, y, { speed_kmh: 0, accuracy_m: 5 }),
  )

const flags = (tracks: readonly PlaceTrack[], name: 'entered' | 'left' | 'crossed'): number =>
  tracks.filter((track) => track[name] === true).length

test('a truck that drives through a yard enters once and leaves once', () => {
  const tracks = fold(drive(-400, 700, 30, 5), YARD)
  expect(flags(tracks, 'entered')).toBe(1)
  expect(flags(tracks, 'left')).toBe(1)
  expect(flags(tracks, 'crossed')).toBe(0)
  expect(isInside(tracks.at(-1) as PlaceTrack)).toBe(false)
})

test('a truck whose fixes all miss a strip crossed it all the same', () => {
  const tracks = fold(drive(-500, 700, 60, 30), boxOf(30, 0, 60, 300))
  expect(flags(tracks, 'entered')).toBe(0)
  expect(flags(tracks, 'crossed')).toBe(1)
})

test('a way of more than five minutes says nothing of what lies between', () => {
  const [from, to] = [
    fixAt(0, -200, 150, { speed_kmh: 40, accuracy_m: 5 }),
    fixAt(301, 600, 150, { speed_kmh: 40, accuracy_m: 5 }),
  ]
  expect(fold([from, to], YARD).at(-1)?.crossed).toBeUndefined()
  expect(fold([from, { ...to, at: epochMs(START + 300_000) }], YARD).at(-1)?.crossed).toBe(true)
})

test('a leap that no vehicle makes crosses nothing', () => {
  const [from, to] = [
    fixAt(0, -2_000, 150, { speed_kmh: 40, accuracy_m: 5 }),
    fixAt(5, 2_000, 150, { speed_kmh: 40, accuracy_m: 5 }),
  ]
  expect(fold([from, to], YARD).at(-1)).toMatchObject({
    crossed: false,
    entered: false,
    left: false,
  })
})

test('a truck that clips a corner by less than its accuracy may have crossed or not', () => {
  const at = (seconds_: number, x: number, y: number) =>
    fixAt(seconds_, x, y, { speed_kmh: 60, accuracy_m: 20 })
  expect(fold([at(0, -300, 290), at(40, 310, 900)], YARD).at(-1)?.crossed).toBe(false)
  expect(fold([at(0, -300, 15), at(40, 320, -590)], YARD).at(-1)?.crossed).toBe(false)
  expect(fold([at(0, -300, 290), at(30, 20, 610)], YARD).at(-1)?.crossed).toBe(false)
  const near = fold([at(0, -200, 90), at(40, 220, 510)], YARD).at(-1)
  expect(near?.crossed).toBeUndefined()
})

test('a crossed line is met once, also by fixes too near to it to tell the side', () => {
  const line: AreaGeometry = { type: 'LineString', coordinates: YARD.coordinates[0].slice(0, 2) }
  const southwards = Array.from({ length: 40 }, (_, index) =>
    fixAt(index, 150, 200 - index * 10, { speed_kmh: 36, accuracy_m: 15 }),
  )
  const tracks = fold(southwards, line)
  expect(flags(tracks, 'crossed')).toBe(1)
  expect(flags(tracks, 'entered')).toBe(0)
})

test('the dwell counts from the first fix inside, and no further than it can be told', () => {
  const inside = drive(-400, 150, 30, 5)
  const end_s = ((inside.at(-1) as Fix).at - START) / 1_000
  const tracks = fold([...inside, ...park(150, 150, end_s + 60, end_s + 6 * 3_600, 60)], YARD)
  const enteredAt = tracks.find(({ entered }) => entered)?.last?.at as number
  const hourLater = tracks.find(({ last }) => (last as Fix).at >= enteredAt + hours(1))
  expect(dwellOf(hourLater as PlaceTrack)).toBe((hourLater?.last?.at as number) - enteredAt)
  expect(dwellOf(tracks.at(-1) as PlaceTrack)).toBe(LONGEST_DWELL)
  expect(isInside(tracks.at(-1) as PlaceTrack)).toBe(true)
})

test('a truck that parks overnight in a yard is inside all night and leaves in the morning', () => {
  const night = park(250, 150, 0, 12 * 3_600, 600)
  const morning = drive(250, 900, 20, 10, 12 * 3_600)
  const tracks = fold([...drive(-400, 250, 20, 10, -2_000), ...night, ...morning], YARD)
  const resting = tracks.filter(({ last }) => last?.speed_kmh === 0)
  expect(resting.every((track) => isInside(track) === true)).toBe(true)
  expect(flags(tracks, 'left')).toBe(1)
  expect(flags(tracks, 'entered')).toBe(1)
})

test('a jitter across the fence with no movement changes no side', () => {
  const arrival = drive(-700, -20, 30, 5)
  const end_s = ((arrival.at(-1) as Fix).at - START) / 1_000
  const jitter = Array.from({ length: 2_000 }, (_, index) =>
    fixAt(end_s + 10 + index * 10, index % 7 < 3 ? -60 : 60, 150, { speed_kmh: 1, accuracy_m: 5 }),
  )
  const tracks = fold([...arrival, ...jitter], YARD)
  expect(flags(tracks, 'entered') + flags(tracks, 'left') + flags(tracks, 'crossed')).toBe(0)
})

test('a truck that stops where its fix cannot tell the side is neither inside nor outside', () => {
  const arrival = drive(-700, -20, 30, 5)
  const end_s = ((arrival.at(-1) as Fix).at - START) / 1_000
  const stop = fixAt(end_s + 5, 10, 150, { speed_kmh: 12, accuracy_m: 30 })
  const parked = fixAt(end_s + 10, 12, 150, { speed_kmh: 0, accuracy_m: 30 })
  const [, rested] = fold([...arrival, stop, parked], YARD).slice(-2)
  expect(isInside(rested as PlaceTrack)).toBeUndefined()
})

test('without a speed a displacement that jitter does not explain is a movement', () => {
  const at = (seconds_: number, x: number) => fixAt(seconds_, x, 150, { accuracy_m: 10 })
  expect(fold([at(0, -300), at(60, 40)], YARD).at(-1)).toMatchObject({ side: 'in', entered: true })
  expect(fold([at(0, -300), at(60, -40)], YARD).at(-1)).toMatchObject({ side: 'out' })
  expect(fold([at(0, -260), at(60, -80), at(120, 40)], YARD).at(-1)?.entered).toBe(false)
})

test('a side that nothing confirms becomes unknown', () => {
  const [track] = fold(drive(-400, -300, 30, 5), YARD).slice(-1)
  const area = compileArea(YARD)
  const end_s = ((track as PlaceTrack).last?.at ?? START) / 1_000 - START / 1_000
  const near = (after_s: number) =>
    fixAt(end_s + after_s, -10, 150, { speed_kmh: 0, accuracy_m: 15 })
  expect(advance(area, track, near(3_000)).side).toBe('out')
  expect(advance(area, track, near(7 * 3_600)).side).toBeUndefined()
})

test('a fold begun in the middle of a drive outside is settled at its third fix', () => {
  const settled = fold(drive(-4_000, -3_000, 40, 10), YARD, false).map(isSettled)
  expect(settled.slice(0, 4)).toEqual([false, false, true, true])
})

test('a fold begun while the device is inside knows its dwell once the memory is full', () => {
  const inside = park(150, 150, 0, 7 * 3_600, 60)
  const tracks = fold(inside, YARD, false)
  const settled = tracks.findIndex((track) => isSettled(track))
  expect((inside[settled] as Fix).at - (inside[0] as Fix).at).toBe(TRACK_MEMORY)
})

/** Journeys about a yard: driven, parked with jitter, with silences between. */
const leg = fc.record({
  count: fc.integer({ min: 1, max: 14 }),
  every: fc.constantFrom(seconds(1), seconds(10), minutes(1), minutes(6), minutes(13), hours(1.5)),
  to: fc.tuple(fc.integer({ min: -700, max: 700 }), fc.integer({ min: -350, max: 350 })),
  isDriven: fc.boolean(),
  jitter: fc.constantFrom(0, 10, 60, 300),
  accuracy_m: fc.constantFrom(undefined, 5, 20, 60),
  speed: fc.constantFrom('none', 'told', 'now and then'),
  noise: fc.array(fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.nat(9)), {
    minLength: 14,
    maxLength: 14,
  }),
})
type Leg = typeof leg extends fc.Arbitrary<infer Value> ? Value : never

function journey(legs: readonly Leg[]): Fix[] {
  const fixes: Fix[] = []
  let [at, x, y] = [0, -300, 150]
  for (const { count, every, to, isDriven, jitter, accuracy_m, speed, noise } of legs) {
    const [fromX, fromY] = [x, y]
    for (let index = 1; index <= count; index++) {
      const [wobble, chance] = noise[index - 1] as [number, number]
      if (isDriven)
        [x, y] = [
          fromX + ((to[0] - fromX) * index) / count,
          fromY + ((to[1] - fromY) * index) / count,
        ]
      at += every / 1_000
      const kmh = isDriven ? 3 * chance : chance / 5
      const isTold = speed === 'told' || (speed === 'now and then' && chance % 2 === 0)
      const fix = fixAt(at, x + wobble * jitter, y, {
        accuracy_m,
        speed_kmh: isTold ? kmh : undefined,
      })
      fixes.push(fix)
    }
  }
  return fixes
}

const shapes: readonly (readonly [AreaGeometry, number])[] = [
  [YARD, 0],
  [boxOf(0, -2_000, 30, 2_000), 0],
  [boxOf(-250, -2_000, 4_000, 2_000), 0],
  [{ type: 'LineString', coordinates: YARD.coordinates[0].slice(0, 3) }, 40],
]

test('a fold begun anywhere is, once it says it is settled, the fold of all fixes', () => {
  let settledRuns = 0
  fc.assert(
    fc.property(
      fc.array(leg, { minLength: 1, maxLength: 14 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.constantFrom(...shapes),
      (legs, share, [geometry, width]) => {
        const fixes = journey(legs)
        const begin = Math.floor(share * fixes.length)
        const whole = fold(fixes, geometry, true, width).slice(begin)
        const part = fold(fixes.slice(begin), geometry, false, width)
        const settled = part.findIndex((track) => isSettled(track))
        const begunAt = (fixes[begin] as Fix).at
        for (const [index, track] of part.entries()) {
          const fix = track.last as Fix
          if (fix.at - begunAt >= TRACK_MEMORY) expect(isSettled(track)).toBe(true)
          if (settled < 0 || index < settled) continue
          settledRuns++
          expect(isSettled(track)).toBe(true)
          if (!sameTrack(track, whole[index] as PlaceTrack)) {
            expect(track).toEqual(whole[index])
            expect.unreachable('the two differ')
          }
        }
        expect(whole.every((track) => isSettled(track))).toBe(true)
      },
    ),
    { numRuns: RUNS },
  )
  expect(settledRuns).toBeGreaterThan(5 * RUNS)
}, 120_000)

import { distance } from '@turf/distance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Neighbours } from '#model/rule.ts'
import { epochMs, hours, milliseconds, minutes } from '#model/time.ts'
import { findClusters } from '#rules/group/find-clusters.ts'
import { asOf, compareGroups } from '#rules/group/group-stretch.ts'
import type { MemberStretch } from '#rules/group/member-stretch.ts'
import { clustersByTheClock } from './cluster-oracle.ts'
import {
  at,
  inMinutes,
  inSomeOrder,
  LATEST,
  metresEast,
  metresNorth,
  namelessly,
  RUNS,
  renamed,
  someMembers,
  stretch,
  withoutMembers,
} from './fixtures.ts'

const COLLAPSE: Neighbours = { atLeast: 3, within_m: 30, during: minutes(10) }

/** A cover on a street, by its metres from the crossing. */
const cover = (metres: number, from: number, until?: number): MemberStretch =>
  stretch({
    device: `cover-${metres}`,
    place: metresEast(metres),
    from,
    ...(until === undefined ? {} : { until }),
  })

const found = (members: readonly MemberStretch[], neighbours = COLLAPSE) =>
  findClusters(members, neighbours).map(inMinutes)

test('three covers within 30 m that tilt within ten minutes are one road collapse', () => {
  const covers = [cover(0, 0), cover(25, 4), cover(50, 9)]
  expect(findClusters(covers, COLLAPSE)).toEqual([
    {
      key: 'near:cover-0',
      lead: 'cover-0@0',
      members: ['cover-0@0', 'cover-25@4', 'cover-50@9'],
      startedAt: at(0),
      confirmedAt: at(9),
      endedAt: null,
      clearedAt: null,
    },
  ])
})

test('two covers, or three of which one is far, are none', () => {
  expect(found([cover(0, 0), cover(25, 4)])).toEqual([])
  expect(found([cover(0, 0), cover(25, 4), cover(60, 5)])).toEqual([])
})

test('one cover that rattles three times counts once', () => {
  expect(found([cover(0, 0, 1), cover(0, 2, 3), cover(0, 4), cover(25, 4)])).toEqual([])
})

test('a cover put right counts for ten minutes more', () => {
  expect(found([cover(0, 0, 1), cover(20, 2), cover(40, 10)])).toHaveLength(1)
  expect(found([cover(0, 0, 1), cover(20, 2), cover(40, 11)])).toEqual([])
})

test('a collapse that spreads takes its neighbours in, and is over when fewer than three are left', () => {
  const covers = [cover(0, 0, 60), cover(20, 1, 70), cover(40, 2, 80), cover(60, 30, 90)]
  expect(found(covers)).toEqual([
    { members: covers.map(({ id }) => id), from: 0, confirmed: 2, ended: 70, cleared: 80 },
  ])
})

test('one that flares up again before it is cleared has not ended', () => {
  const covers = [cover(0, 0, 60), cover(20, 1), cover(40, 2), cover(60, 65, 100)]
  expect(found(covers)).toMatchObject([{ confirmed: 2, ended: 100, cleared: 110 }])
})

test('a collapse stays one when the cover in its middle is put right', () => {
  const ends = [cover(0, 0), cover(20, 0), cover(60, 0), cover(80, 0)]
  expect(found([...ends, cover(40, 0, 30)])).toMatchObject([{ confirmed: 0, cleared: null }])
})

test('of two collapses that grow together the later one ends there', () => {
  const first = [cover(0, 0), cover(20, 0), cover(40, 0)]
  const second = [cover(90, 5), cover(110, 5), cover(130, 5)]
  const bridge = cover(65, 20)
  const all = [...first, bridge, ...second].map(({ id }) => id).sort()
  expect(found([...second, bridge, ...first])).toEqual([
    { members: all, from: 0, confirmed: 0, ended: null, cleared: null },
    { members: second.map(({ id }) => id).sort(), from: 5, confirmed: 5, ended: 20, cleared: 20 },
  ])
})

test('of three that meet at one cover the earliest stays', () => {
  const alone: Neighbours = { ...COLLAPSE, atLeast: 1 }
  const north = stretch({ device: 'north', place: metresNorth(25), from: 1 })
  const members = [cover(-20, 3), cover(20, 2), north, cover(0, 9, 20)]
  expect(found(members, alone)).toEqual([
    {
      members: members.map(({ id }) => id).sort(),
      from: 1,
      confirmed: 1,
      ended: null,
      cleared: null,
    },
    { members: ['cover-20@2'], from: 2, confirmed: 2, ended: 9, cleared: 9 },
    { members: ['cover--20@3'], from: 3, confirmed: 3, ended: 9, cleared: 9 },
  ])
})

test('covers of one unit grid are near each other however far, and of two never', () => {
  const inGrid = (device: string, gridCode: string, from: number) =>
    stretch({ device, gridCode, from })
  const grids: Neighbours = { ...COLLAPSE, within_m: null }
  const members = [inGrid('a', '1', 0), inGrid('b', '1', 1), inGrid('c', '2', 2)]
  expect(found(members, grids)).toEqual([])
  expect(findClusters([...members, inGrid('d', '1', 3)], grids)).toMatchObject([
    { key: 'grid:1', lead: 'a@0', members: ['a@0', 'b@1', 'd@3'], confirmedAt: at(3) },
  ])
})

test('a cover that nobody has put on the map counts nowhere', () => {
  const nowhere = (device: string) => stretch({ device, from: 0 })
  const members = [nowhere('a'), nowhere('b'), nowhere('c')]
  expect(found(members)).toEqual([])
  expect(found(members, { ...COLLAPSE, within_m: null })).toEqual([])
})

test('a cover tilted for months waits for its neighbours', () => {
  const months = 60 * 24 * 90
  const covers = [cover(0, -months), cover(20, 0, 5), cover(40, 1, 5), cover(20, 100, 105)]
  const later = cover(40, 101, 105)
  expect(found([...covers, later])).toMatchObject([
    { from: -months, confirmed: 1, cleared: 15 },
    { from: -months, confirmed: 101, cleared: 115 },
  ])
})

test('near is what lies within the metres along the ground, at any place on earth', () => {
  const spot = fc.record({
    lon_deg: fc.constantFrom(-180, -179.9999, 0, 111.5, 180),
    lat_deg: fc.constantFrom(-90, -89.9999, 0, 35.2, 89.9999, 90),
  })
  const step = fc.double({ min: -0.002, max: 0.002, noNaN: true })
  const within = fc.constantFrom(1, 30, 150, 5_000, 30_000_000)
  fc.assert(
    fc.property(spot, step, step, within, (from, east, north, within_m) => {
      const to = {
        lon_deg: from.lon_deg + east > 180 ? from.lon_deg + east - 360 : from.lon_deg + east,
        lat_deg: Math.max(-90, Math.min(90, from.lat_deg + north)),
      }
      const apart_m = distance([from.lon_deg, from.lat_deg], [to.lon_deg, to.lat_deg], {
        units: 'meters',
      })
      fc.pre(Math.abs(apart_m - within_m) > 0.001)
      const pair = [
        stretch({ device: 'a', place: from, from: 0 }),
        stretch({ device: 'b', place: to, from: 0 }),
      ]
      const groups = findClusters(pair, { atLeast: 2, within_m, during: minutes(1) })
      expect(groups.length).toBe(apart_m < within_m ? 1 : 0)
    }),
    { numRuns: RUNS },
  )
})

const someNeighbours = fc.record({
  atLeast: fc.integer({ min: 1, max: 4 }),
  within_m: fc.constantFrom(30, 30, 45, null),
  during: fc.nat(8).map(milliseconds),
})

test('clusters are those that looking at every instant finds', () => {
  fc.assert(
    fc.property(someMembers, someNeighbours, (members, neighbours) => {
      const expected = clustersByTheClock(members, neighbours)
      expect(findClusters(members, neighbours)).toEqual(expected.sort(compareGroups))
    }),
    { numRuns: RUNS },
  )
}, 120_000)

test('clusters depend neither on the order of the members nor on their ids', () => {
  const shuffled = someMembers.chain((members) =>
    fc.tuple(fc.constant(members), inSomeOrder(members)),
  )
  fc.assert(
    fc.property(shuffled, someNeighbours, ([members, other], neighbours) => {
      const clusters = findClusters(members, neighbours)
      expect(findClusters(other, neighbours)).toEqual(clusters)
      const strangers = renamed(members)
      expect(namelessly(findClusters(strangers, neighbours), strangers)).toEqual(
        namelessly(clusters, members),
      )
    }),
    { numRuns: RUNS },
  )
})

test('what is known at an instant is what the whole past says of it', () => {
  fc.assert(
    fc.property(someMembers, someNeighbours, fc.nat(LATEST), (members, neighbours, now) => {
      const instant = epochMs(now)
      const known = members
        .filter(({ confirmedAt }) => confirmedAt <= now)
        .map((each) => ((each.clearedAt ?? 0) > now ? { ...each, clearedAt: null } : each))
      const then = asOf(findClusters(known, neighbours), instant)
      const later = findClusters(members, neighbours).filter((each) => each.confirmedAt <= now)
      expect(then.map(withoutMembers)).toEqual(asOf(later, instant).map(withoutMembers))
    }),
    { numRuns: RUNS },
  )
})

test('a thousand members in tens of clusters take milliseconds', () => {
  const members = Array.from({ length: 1_000 }, (_, n) =>
    stretch({
      device: `d${n % 400}`,
      place: metresEast((n % 40) * 500 + (n % 7) * 12),
      from: n % 600,
      ...(n % 10 === 0 ? {} : { until: (n % 600) + 25 }),
    }),
  )
  const neighbours: Neighbours = { atLeast: 3, within_m: 30, during: hours(1) }
  const clusters = findClusters(members, neighbours)
  expect(clusters.length).toBeGreaterThan(20)
  const started = performance.now()
  for (let run = 0; run < 10; run++) findClusters(members, neighbours)
  // Far from what it takes, so that a busy machine does not fail it.
  expect((performance.now() - started) / 10).toBeLessThan(250)
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type EpochMs, epochMs, hours, milliseconds, plus } from '#model/time.ts'
import { aloneFrom, isSuppressed, massesByMember } from '#rules/group/alone-from.ts'
import { findMassSilences, neededSilences } from '#rules/group/find-mass-silences.ts'
import { asOf, compareGroups, type GroupStretch } from '#rules/group/group-stretch.ts'
import type { MemberStretch } from '#rules/group/member-stretch.ts'
import {
  at,
  inMinutes,
  inSomeOrder,
  LATEST,
  namelessly,
  RUNS,
  renamed,
  someMembers,
  stretch,
  withoutMembers,
} from './fixtures.ts'
import { massSilencesByTheClock } from './mass-oracle.ts'

/** Sixty devices, of which eighteen are enough. */
const MAST = { share: 0.3, atLeast: 5, during: hours(1) }

/** A device that reports every ten minutes and is silent for half an hour when that is noticed. */
const silence = (n: number, from: number, until?: number): MemberStretch =>
  stretch({
    device: `d${String(n).padStart(3, '0')}`,
    from,
    confirmed: from + 30,
    ...(until === undefined ? {} : { until }),
  })

const times = (count: number, make: (n: number) => MemberStretch): MemberStretch[] =>
  Array.from({ length: count }, (_, n) => make(n))

const found = (members: readonly MemberStretch[]) =>
  findMassSilences(members, 60, MAST, 'group:north')

test('a mast that takes 40 of 60 devices with it is one event, and the five that never come back stand alone', () => {
  // The last readings are of the ten minutes before the mast fell at 10:00.
  const gone = times(5, (n) => silence(n, 50 + n))
  const back = times(35, (n) => silence(n + 5, 50 + (n % 10), 240 + n))
  const [mass, ...others] = found([...back, ...gone])
  expect(others).toEqual([])
  if (!mass) throw new Error('no mass silence')
  // Eighteen are noticed by 10:23; at 13:31 the thirty-second comes back and eight are left.
  expect(inMinutes(mass)).toMatchObject({ from: 50, confirmed: 83, ended: 271, cleared: 331 })
  expect(mass).toMatchObject({ key: 'group:north', lead: 'd000@50' })
  expect(mass.members).toHaveLength(40)
  for (const member of back) expect(aloneFrom(member, mass)).toBeNull()
  for (const member of gone) expect(aloneFrom(member, mass)).toBe(at(331))
})

test('while the mast is down nobody stands alone', () => {
  const members = times(40, (n) => silence(n, 50))
  expect(members.filter((each) => !isSuppressed(each, found(members)))).toEqual([])
})

test('seventeen of sixty are seventeen silences', () => {
  const members = times(17, (n) => silence(n, 0))
  expect(found(members)).toEqual([])
  expect(members.map((each) => aloneFrom(each, undefined))).toEqual(members.map(() => at(30)))
})

test('single failures over months do not add up to a mass silence', () => {
  expect(found(times(60, (n) => silence(n, n * 60 * 24)))).toEqual([])
})

test('one device that falls silent again and again counts once', () => {
  const flapping = times(40, (n) => stretch({ device: 'd', from: n, confirmed: n, until: n + 1 }))
  expect(found([...flapping, ...times(17, (n) => silence(n, 0))])).toHaveLength(1)
  expect(found([...flapping, ...times(16, (n) => silence(n, 0))])).toEqual([])
})

test('a mass silence takes those that follow within the hour, and leaves out those of yesterday', () => {
  const members = [
    ...times(18, (n) => silence(n, 0)),
    silence(20, 55),
    silence(21, 110),
    silence(22, 175),
    silence(23, -61),
  ]
  const ids = found(members).flatMap((mass) => mass.members)
  expect(ids).toHaveLength(20)
  expect(ids).toEqual(expect.arrayContaining(['d020@55', 'd021@110']))
})

test('a device that is seldom heard joins long after, if its last reading was of that hour', () => {
  const seldom = stretch({ device: 'seldom', from: -40, confirmed: 60 * 70 })
  const mast = times(18, (n) => silence(n, 0))
  expect(found([...mast, seldom])[0]?.members).toContain(seldom.id)
})

test('a second mast that falls while the first is down is a second event', () => {
  const members = [
    ...times(20, (n) => silence(n, 0)),
    ...times(20, (n) => silence(n + 20, 300, 400)),
  ]
  expect(found(members).map(inMinutes)).toMatchObject([
    { from: 0, confirmed: 30, cleared: null },
    { from: 300, confirmed: 330, ended: 400, cleared: 460 },
  ])
})

test('a mast that falls again within the hour was down all the time', () => {
  const members = times(20, (n) => silence(n, 0, 40)).concat(times(20, (n) => silence(n, 55, 200)))
  expect(found(members).map(inMinutes)).toMatchObject([
    { from: 0, confirmed: 30, ended: 200, cleared: 260 },
  ])
})

test('enough is the share of the devices that were ever heard, rounded up, and never too few', () => {
  expect(neededSilences(MAST, 60)).toBe(18)
  expect(neededSilences(MAST, 61)).toBe(19)
  expect(neededSilences({ share: 0.07, atLeast: 1 }, 100)).toBe(7)
  expect(neededSilences(MAST, 3)).toBe(5)
  expect(neededSilences({ share: 0, atLeast: 0 }, 0)).toBe(1)
})

const someMass = fc.record({
  share: fc.constantFrom(0, 0.2, 0.5),
  atLeast: fc.integer({ min: 1, max: 4 }),
  during: fc.integer({ min: 1, max: 8 }).map(milliseconds),
})
const POPULATION = 6

const findIn = (members: readonly MemberStretch[], mass: typeof MAST) =>
  findMassSilences(members, POPULATION, mass, 'all')

test('mass silences are those that looking at every instant finds', () => {
  fc.assert(
    fc.property(someMembers, someMass, (members, mass) => {
      const needed = neededSilences(mass, POPULATION)
      const expected = massSilencesByTheClock(members, needed, mass.during, 'all')
      expect(findIn(members, mass)).toEqual(expected.sort(compareGroups))
    }),
    { numRuns: RUNS },
  )
}, 120_000)

test('mass silences depend neither on the order of the silences nor on their ids', () => {
  const shuffled = someMembers.chain((members) =>
    fc.tuple(fc.constant(members), inSomeOrder(members)),
  )
  fc.assert(
    fc.property(shuffled, someMass, ([members, other], mass) => {
      const masses = findIn(members, mass)
      expect(findIn(other, mass)).toEqual(masses)
      const strangers = renamed(members)
      expect(namelessly(findIn(strangers, mass), strangers)).toEqual(namelessly(masses, members))
    }),
    { numRuns: RUNS },
  )
})

test('what is known of them at an instant is what the whole past says of it', () => {
  fc.assert(
    fc.property(someMembers, someMass, fc.nat(LATEST), (members, mass, now) => {
      const instant = epochMs(now)
      const known = members
        .filter(({ confirmedAt }) => confirmedAt <= now)
        .map((each) => ((each.clearedAt ?? 0) > now ? { ...each, clearedAt: null } : each))
      const then = asOf(findIn(known, mass), instant)
      const later = findIn(members, mass).filter((each) => each.confirmedAt <= now)
      expect(then.map(withoutMembers)).toEqual(asOf(later, instant).map(withoutMembers))
    }),
    { numRuns: RUNS },
  )
})

/** The first instant of a silence at which no mass silence that it belongs to is there. */
function aloneByTheClock(member: MemberStretch, masses: readonly GroupStretch[]): EpochMs | null {
  const its = masses.filter(({ members }) => members.includes(member.id))
  const horizon = member.clearedAt ?? epochMs(LATEST * 2)
  for (let now = member.confirmedAt; now < horizon; now = plus(now, milliseconds(1))) {
    const isHeld = its.some(
      ({ startedAt, clearedAt }) => startedAt <= now && now < (clearedAt ?? Infinity),
    )
    if (!isHeld) return now
  }
  return null
}

test('a silence stands alone from the first instant at which no mass silence holds it', () => {
  fc.assert(
    fc.property(someMembers, someMass, (drawn, mass) => {
      const members = drawn.filter((each) => each.clearedAt !== each.confirmedAt)
      const masses = findIn(members, mass)
      const massOf = massesByMember(masses)
      for (const member of members) {
        const expected = aloneByTheClock(member, masses)
        expect(aloneFrom(member, massOf.get(member.id))).toBe(expected)
        expect(isSuppressed(member, masses)).toBe(expected === null)
      }
      const ids = masses.flatMap((each) => each.members)
      expect(ids.length).toBe(new Set(ids).size)
    }),
    { numRuns: RUNS },
  )
})

test('a city that loses ten thousand devices at once is told within a second', () => {
  const members = times(10_000, (n) => silence(n, n % 60, n % 3 === 0 ? undefined : 500 + (n % 90)))
  const started = performance.now()
  expect(findMassSilences(members, 30_000, MAST, 'all')).toHaveLength(1)
  expect(performance.now() - started).toBeLessThan(1_000)
})

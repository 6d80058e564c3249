import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Neighbours } from '#model/rule.ts'
import { milliseconds, minutes } from '#model/time.ts'
import { findClusters } from '#rules/group/find-clusters.ts'
import { findMassSilences } from '#rules/group/find-mass-silences.ts'
import { compareGroups, type GroupStretch } from '#rules/group/group-stretch.ts'
import type { MemberStretch } from '#rules/group/member-stretch.ts'
import { type GroupReconciliation, reconcileGroups } from '#rules/group/reconcile-groups.ts'
import { at, inSomeOrder, metresEast, RUNS, someMembers, stretch } from './fixtures.ts'

const NEAR: Neighbours = { atLeast: 3, within_m: 30, during: minutes(10) }

interface Stored extends GroupStretch {
  readonly id: number
}

const cover = (metres: number, from: number): MemberStretch =>
  stretch({ device: `c${metres}`, place: metresEast(metres), from })

const stored = (members: readonly MemberStretch[]): readonly Stored[] =>
  findClusters(members, NEAR).map((group, id) => ({ ...group, id }))

const WEST = [cover(0, 0), cover(20, 0), cover(40, 0)]
const EAST = [cover(90, 5), cover(110, 5), cover(130, 5)]
const BRIDGE = cover(65, 1)

test('what has not changed is left alone', () => {
  const groups = stored([...WEST, ...EAST])
  expect(reconcileGroups(groups, findClusters([...EAST, ...WEST], NEAR))).toEqual({
    amended: [],
    vanished: [],
    appeared: [],
  })
})

test('of two clusters that a late member makes one from the beginning the earlier stays', () => {
  const [west, east] = stored([...WEST, ...EAST])
  const found = findClusters([...WEST, BRIDGE, ...EAST], NEAR)
  expect(reconcileGroups([east as Stored, west as Stored], found)).toEqual({
    amended: [{ stored: west, found: found[0] }],
    vanished: [east],
    appeared: [],
  })
})

test('of one cluster that falls in two the earlier part stays', () => {
  const [both] = stored([...WEST, BRIDGE, ...EAST])
  const [west, east] = findClusters([...WEST, ...EAST], NEAR)
  expect(reconcileGroups([both as Stored], [east, west] as GroupStretch[])).toEqual({
    amended: [{ stored: both, found: west }],
    vanished: [],
    appeared: [east],
  })
})

test('a cluster whose lead is withdrawn keeps its name by those that are left', () => {
  const [before] = stored([...WEST, cover(-20, -5)])
  const [after] = findClusters(WEST, NEAR)
  expect(reconcileGroups([before as Stored], [after as GroupStretch])).toMatchObject({
    amended: [{ stored: { lead: 'c-20@-5' }, found: { lead: 'c0@0' } }],
    vanished: [],
  })
})

test('a cluster that is left when an earlier one vanishes is not taken for that one', () => {
  const bridgeLater = cover(65, 20)
  const groups = stored([...WEST, bridgeLater, ...EAST])
  const found = findClusters([...EAST, bridgeLater], NEAR)
  const { amended, vanished, appeared } = reconcileGroups(groups, found)
  expect(amended).toMatchObject([{ stored: { key: 'near:c110', clearedAt: at(20) } }])
  expect(vanished).toMatchObject([{ key: 'near:c0' }])
  expect(appeared).toEqual([])
})

function apply(
  before: readonly Stored[],
  { amended, vanished, appeared }: GroupReconciliation<Stored>,
  firstId: number,
): readonly Stored[] {
  const changed = new Map(amended.map((each) => [each.stored, each.found]))
  return [
    ...before
      .filter((each) => !vanished.includes(each))
      .map((each) => ({ ...each, ...changed.get(each) })),
    ...appeared.map((group, n) => ({ ...group, id: firstId + n })),
  ]
}

const bare = (groups: readonly Stored[]): readonly GroupStretch[] =>
  groups.map(({ id: _id, ...group }) => group).sort(compareGroups)

const FINDERS = [
  (members: readonly MemberStretch[]) =>
    findClusters(members, { atLeast: 3, within_m: 30, during: milliseconds(4) }),
  (members: readonly MemberStretch[]) =>
    findClusters(members, { atLeast: 2, within_m: null, during: milliseconds(3) }),
  (members: readonly MemberStretch[]) =>
    findMassSilences(members, 6, { share: 0.4, atLeast: 2, during: milliseconds(5) }, 'all'),
]

test('members that come, change and go one by one leave what those that stay give at once', () => {
  const history = someMembers.chain((members) =>
    fc.record({
      // Each comes open or as it is, and comes again as it is; some go at last.
      comings: inSomeOrder([
        ...members.map((each) => ({ ...each, endedAt: null, clearedAt: null })),
        ...members,
      ]),
      goings: fc.subarray([...members]),
    }),
  )
  fc.assert(
    fc.property(history, fc.constantFrom(...FINDERS), ({ comings, goings }, find) => {
      const present = new Map<string, MemberStretch>()
      let groups: readonly Stored[] = []
      let nextId = 0
      const follow = (): void => {
        const change = reconcileGroups(groups, find([...present.values()]))
        groups = apply(groups, change, nextId)
        nextId += change.appeared.length
      }
      for (const member of comings) {
        present.set(member.id, member)
        follow()
      }
      for (const { id } of goings) {
        present.delete(id)
        follow()
      }
      expect(bare(groups)).toEqual(find([...present.values()]))
      expect(new Set(groups.map(({ id }) => id)).size).toBe(groups.length)
    }),
    { numRuns: RUNS },
  )
}, 120_000)

test('pairs depend on the order of neither list', () => {
  const twoLists = fc
    .tuple(someMembers, fc.constantFrom(...FINDERS))
    .chain(([members, find]) =>
      fc
        .tuple(fc.subarray([...members]), fc.subarray([...members]))
        .map((parts) => parts.map(find) as [readonly GroupStretch[], readonly GroupStretch[]]),
    )
    .chain(([before, after]) =>
      fc.record({
        before: fc.constant(before),
        after: fc.constant(after),
        beforeShuffled: inSomeOrder(before),
        afterShuffled: inSomeOrder(after),
      }),
    )
  fc.assert(
    fc.property(twoLists, ({ before, after, beforeShuffled, afterShuffled }) => {
      expect(reconcileGroups(beforeShuffled, afterShuffled)).toEqual(reconcileGroups(before, after))
    }),
    { numRuns: RUNS },
  )
})

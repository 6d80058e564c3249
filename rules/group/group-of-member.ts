import { compareGroups, type GroupStretch } from './group-stretch.ts'

/**
 * The group that each stretch belongs to, by the id of the stretch. Of several that it was in, it is
 * that which lasts longest, and of those the earliest: the one that goes on where two grew together.
 */
export function groupsByMember<Group extends GroupStretch>(
  groups: readonly Group[],
): ReadonlyMap<string, Group> {
  const byMember = new Map<string, Group>()
  for (const group of groups.toSorted(compareLasting)) {
    for (const id of group.members) if (!byMember.has(id)) byMember.set(id, group)
  }
  return byMember
}

const compareLasting = (a: GroupStretch, b: GroupStretch): number => {
  const [one, other] = [a.clearedAt ?? Infinity, b.clearedAt ?? Infinity]
  return one === other ? compareGroups(a, b) : other - one
}

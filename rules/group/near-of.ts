import type { Neighbours } from '#model/rule.ts'
import { type EpochMs, plus } from '#model/time.ts'
import { findClusters } from './find-clusters.ts'
import type { MemberStretch } from './member-stretch.ts'

/** The members that count as near one of them at an instant, by chains, itself among them. */
export function nearOf<Member extends MemberStretch>(
  members: readonly Member[],
  neighbours: Neighbours,
  id: string,
  at: EpochMs,
): readonly Member[] {
  const counting = members.filter(
    ({ confirmedAt, clearedAt }) =>
      confirmedAt <= at && (clearedAt === null || at < plus(clearedAt, neighbours.during)),
  )
  // All of them count at one instant: whoever is near another by then is in one cluster with it.
  const [widest] = findClusters(counting, { ...neighbours, atLeast: 1 })
    .filter((cluster) => cluster.members.includes(id))
    .sort((a, b) => b.members.length - a.members.length)
  return counting.filter((member) => widest?.members.includes(member.id))
}

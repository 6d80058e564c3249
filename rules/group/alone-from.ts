import type { EpochMs } from '#model/time.ts'
import { compareGroups, type GroupStretch } from './group-stretch.ts'
import type { MemberStretch } from './member-stretch.ts'

/**
 * The mass silence, or the cluster, of each member that belongs to one, by the id of the member. Of
 * two clusters that grew together it is the earlier one, which goes on with the members of both.
 */
export const massesByMember = (
  masses: readonly GroupStretch[],
): ReadonlyMap<string, GroupStretch> =>
  new Map(
    masses
      .toSorted((a, b) => compareGroups(b, a))
      .flatMap((mass) => mass.members.map((id) => [id, mass])),
  )

/**
 * From when on a silence stands alone: at once where it belongs to no mass silence, from the
 * clearing of its own where the device stayed silent beyond it; null where it never does.
 */
export function aloneFrom(member: MemberStretch, mass: GroupStretch | undefined): EpochMs | null {
  if (!mass) return member.confirmedAt
  if (mass.clearedAt === null) return null
  const outlasts = member.clearedAt === null || member.clearedAt > mass.clearedAt
  return outlasts ? mass.clearedAt : null
}

/** Whether a silence lies wholly in a mass silence, and needs no case of its own. */
export const isSuppressed = (member: MemberStretch, masses: readonly GroupStretch[]): boolean =>
  aloneFrom(
    member,
    masses.find(({ members }) => members.includes(member.id)),
  ) === null

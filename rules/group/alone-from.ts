import type { EpochMs } from '#model/time.ts'
import type { GroupStretch } from './group-stretch.ts'
import type { MemberStretch } from './member-stretch.ts'

/** The mass silence of each silence that belongs to one, by the id of the silence. */
export const massesByMember = (
  masses: readonly GroupStretch[],
): ReadonlyMap<string, GroupStretch> =>
  new Map(masses.flatMap((mass) => mass.members.map((id) => [id, mass])))

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

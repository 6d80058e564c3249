import type { Episode } from '#model/episode.ts'
import type { Severity } from '#model/rule.ts'
import type { GroupStretch } from '#rules/group/group-stretch.ts'
import type { MemberStretch } from '#rules/group/member-stretch.ts'

/** A stretch of one device, with the episode it stands for. */
export interface Member extends MemberStretch {
  readonly episode: Episode
  /** It stands alone and has asked for its case. */
  readonly asked: boolean
}

/** A stretch of several devices, with the episode it stands for. */
export interface Group extends GroupStretch {
  readonly episode: Episode
}

/** The fields of an episode that the stretch of a group decides. */
export function spanOfGroup(
  stretch: GroupStretch,
  severity: Severity,
  members: ReadonlyMap<string, Member>,
) {
  const lead = members.get(stretch.lead)
  return {
    deviceId: lead?.deviceId ?? '',
    scope: stretch.key,
    severity,
    grades: [{ at: stretch.confirmedAt, severity }],
    startedAt: stretch.startedAt,
    confirmedAt: stretch.confirmedAt,
    endedAt: stretch.endedAt,
    clearedAt: stretch.clearedAt,
    evidence: lead?.episode.evidence ?? [],
  }
}

/**
 * A stored group. Whom it was about is known by its first device; of its members it knows those
 * that belong to it still, and to no other.
 */
export function groupOf(episode: Episode, members: readonly Member[]): Group {
  const { id, deviceId, scope, startedAt, confirmedAt, endedAt, clearedAt } = episode
  const own = members.filter((member) => member.episode.groupId === id)
  const lead = members.find(
    (member) => member.deviceId === deviceId && member.startedAt === startedAt,
  )
  return {
    episode,
    key: scope ?? '',
    lead: lead?.id ?? '',
    members: own.map((member) => member.id).sort(),
    startedAt,
    confirmedAt,
    endedAt,
    clearedAt,
  }
}

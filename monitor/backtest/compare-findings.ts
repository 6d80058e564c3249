import type { Difference, Finding } from '#model/backtest.ts'
import type { EpisodeRole } from '#model/episode.ts'
import type { EpochMs } from '#model/time.ts'

/** What two findings, or a finding and an episode of then, are matched by. */
export interface Comparable {
  readonly deviceId: string
  readonly role: EpisodeRole
  readonly scope: string | null
  readonly startedAt: EpochMs
  readonly clearedAt: EpochMs | null
}

type Span = Pick<Comparable, 'startedAt' | 'clearedAt'>

const overlap = (a: Span, b: Span): boolean =>
  a.startedAt <= (b.clearedAt ?? Infinity) && b.startedAt <= (a.clearedAt ?? Infinity)

/** Groups are the same when they are about the same, or the first of one is among the other's. */
const areAkin = (finding: Finding, other: Comparable): boolean =>
  finding.role !== 'group' ||
  finding.scope === other.scope ||
  finding.devices.includes(other.deviceId)

const GROUPS = Symbol('groups')

/** For each finding what was found then, alone or as a member, or as a group. */
export function matchKnown<Known extends Comparable>(
  found: readonly Finding[],
  known: readonly Known[],
): ReadonlyMap<Finding, Known> {
  const keyOf = ({ role, deviceId }: Comparable): string | symbol =>
    role === 'group' ? GROUPS : deviceId
  const byKey = Map.groupBy(known, keyOf)
  return new Map(
    found.flatMap((finding) => {
      const match = byKey
        .get(keyOf(finding))
        ?.find((episode) => overlap(finding, episode) && areAkin(finding, episode))
      return match ? [[finding, match] as const] : []
    }),
  )
}

/** Pairs what overlaps, earliest first; what is left over appeared or vanished. */
export function compareFindings(
  found: readonly Finding[],
  against: readonly Finding[],
): ReadonlyMap<Finding, Difference> {
  const differences = new Map<Finding, Difference>()
  const keyOf = ({ role, deviceId }: Finding): string =>
    role === 'group' ? 'group' : `${role} ${deviceId}`
  const before = Map.groupBy(against, keyOf)
  for (const finding of found) {
    const left = before.get(keyOf(finding)) ?? []
    const index = left.findIndex((other) => overlap(other, finding) && areAkin(finding, other))
    const [match] = index < 0 ? [] : left.splice(index, 1)
    differences.set(finding, !match ? 'appeared' : same(match, finding) ? 'same' : 'changed')
  }
  for (const left of before.values()) {
    for (const finding of left) differences.set(finding, 'vanished')
  }
  return differences
}

const same = (a: Finding, b: Finding): boolean =>
  a.startedAt === b.startedAt &&
  a.endedAt === b.endedAt &&
  a.clearedAt === b.clearedAt &&
  a.severity === b.severity &&
  a.grades.length === b.grades.length &&
  a.devices.length === b.devices.length &&
  a.devices.every((id, index) => id === b.devices[index])

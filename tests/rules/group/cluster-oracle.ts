import { distance } from '@turf/distance'
import type { Neighbours } from '#model/rule.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import type { GroupStretch } from '#rules/group/group-stretch.ts'
import { compareMembers, type MemberStretch } from '#rules/group/member-stretch.ts'
import { LATEST } from './fixtures.ts'

interface Lasting {
  readonly lead: MemberStretch
  readonly confirmedAt: EpochMs
  readonly members: Set<MemberStretch>
  fewSince: EpochMs | null
}

/** Looks at every millisecond anew, at everybody who counts in it, and forgets nothing. */
export function clustersByTheClock(
  members: readonly MemberStretch[],
  neighbours: Neighbours,
): GroupStretch[] {
  const { atLeast, during, within_m } = neighbours
  const isEnough = (some: readonly MemberStretch[]): boolean =>
    new Set(some.map(({ deviceId }) => deviceId)).size >= atLeast
  let lasting: Lasting[] = []
  const over: GroupStretch[] = []
  for (let now = epochMs(0); now <= LATEST + during + 1; now = epochMs(now + 1)) {
    const counting = members.filter(
      ({ confirmedAt, clearedAt, place, gridCode }) =>
        confirmedAt <= now &&
        now < (clearedAt ?? Infinity) + during &&
        (within_m === null ? gridCode : place) !== null,
    )
    const bundles = components(counting, within_m).map((crowd) => ({
      crowd,
      clusters: lasting.filter((each) => crowd.some((member) => each.members.has(member))),
    }))
    // Two bundles that have a cluster in common are one.
    for (let merged = true; merged; ) {
      merged = false
      for (const one of bundles) {
        const index = bundles.findIndex(
          (other) => other !== one && other.clusters.some((each) => one.clusters.includes(each)),
        )
        const [other] = index < 0 ? [] : bundles.splice(index, 1)
        if (!other) continue
        one.crowd.push(...other.crowd)
        one.clusters = [...new Set([...one.clusters, ...other.clusters])]
        merged = true
        break
      }
    }
    for (const cluster of lasting) {
      if (bundles.some(({ clusters }) => clusters.includes(cluster))) continue
      bundles.push({ crowd: [], clusters: [cluster] })
    }
    lasting = []
    for (const { crowd, clusters } of bundles) {
      clusters.sort((a, b) => a.confirmedAt - b.confirmedAt || compareMembers(a.lead, b.lead))
      const [earliest, ...later] = clusters
      over.push(...later.map((each) => toStretch(each, within_m, now, now)))
      if (!isEnough(crowd)) {
        if (earliest) over.push(toStretch(earliest, within_m, earliest.fewSince ?? now, now))
        continue
      }
      const [lead] = crowd.toSorted(compareMembers)
      if (!lead) continue
      const cluster = earliest ?? { lead, confirmedAt: now, members: new Set(), fewSince: null }
      for (const member of crowd) cluster.members.add(member)
      const few = !isEnough(crowd.filter(({ clearedAt }) => (clearedAt ?? Infinity) > now))
      cluster.fewSince = few ? (cluster.fewSince ?? now) : null
      lasting.push(cluster)
    }
  }
  return [...over, ...lasting.map((each) => toStretch(each, within_m, null, null))]
}

function components(members: readonly MemberStretch[], within_m: number | null) {
  const found: MemberStretch[][] = []
  for (const member of members) {
    const near = found.filter((crowd) => crowd.some((other) => isNear(member, other, within_m)))
    for (const crowd of near) found.splice(found.indexOf(crowd), 1)
    found.push([member, ...near.flat()])
  }
  return found
}

function isNear(a: MemberStretch, b: MemberStretch, within_m: number | null): boolean {
  if (within_m === null) return a.gridCode === b.gridCode
  if (!a.place || !b.place) return false
  const [from, to] = [a.place, b.place].map(({ lon_deg, lat_deg }) => [lon_deg, lat_deg])
  return distance(from as number[], to as number[], { units: 'meters' }) <= within_m
}

const toStretch = (
  { lead, confirmedAt, members }: Lasting,
  within_m: number | null,
  endedAt: EpochMs | null,
  clearedAt: EpochMs | null,
): GroupStretch => ({
  key: within_m === null ? `grid:${lead.gridCode}` : `near:${lead.deviceId}`,
  lead: lead.id,
  members: [...members].map(({ id }) => id).sort(),
  startedAt: lead.startedAt,
  confirmedAt,
  endedAt,
  clearedAt,
})

import type { Neighbours } from '#model/rule.ts'
import { plus } from '#model/time.ts'
import { ClusterSweep, type Sited } from './cluster-sweep.ts'
import { compareGroups, type GroupStretch } from './group-stretch.ts'
import type { MemberStretch } from './member-stretch.ts'
import { type Moment, Moments } from './moments.ts'
import type { Site } from './site.ts'
import { pointOf } from './site-index.ts'

/**
 * The clusters among the stretches of one rule, earliest first, whatever the order of the members.
 *
 * A member counts from `confirmedAt` until just before `during` after `clearedAt`; one without a
 * place (or grid) never does. A cluster begins when enough devices count that are near each other,
 * by chains; it takes whatever comes to be near one of its own, stays one when a link of the chain
 * falls out, and is cleared when fewer than enough of its own count. Of two that come to be near
 * the later one gives its members to the earlier and ends there. What happens at one instant
 * happens at once. What a cluster is at an instant follows from the members up to it; `clearedAt`
 * may lie after all of them, see `asOf`.
 */
export function findClusters(
  members: readonly MemberStretch[],
  neighbours: Neighbours,
): readonly GroupStretch[] {
  const sweep = new ClusterSweep(neighbours)
  for (const moment of momentsOf(members, neighbours)) sweep.go(moment)
  return sweep.found().sort(compareGroups)
}

function momentsOf(
  members: readonly MemberStretch[],
  { within_m, during }: Neighbours,
): readonly Moment<Sited>[] {
  const sites = new Map<string, Site>()
  const moments = new Moments<Sited>()
  for (const member of members) {
    const { confirmedAt, clearedAt } = member
    const until = clearedAt === null ? Infinity : plus(clearedAt, during)
    const site = within_m === null ? siteInGrid(member, sites) : siteAtPlace(member, sites)
    if (!site || until <= confirmedAt) continue
    moments.add('arriving', { member, site }, confirmedAt)
    if (clearedAt === null) continue
    moments.add('clearing', { member, site }, clearedAt)
    moments.add('leaving', { member, site }, plus(clearedAt, during))
  }
  return moments.ascending()
}

function siteInGrid({ gridCode }: MemberStretch, sites: Map<string, Site>): Site | undefined {
  if (gridCode === null) return undefined
  return siteOf(gridCode, sites, () => ({ gridCode, point: [0, 0, 0] }))
}

function siteAtPlace({ place }: MemberStretch, sites: Map<string, Site>): Site | undefined {
  if (!place) return undefined
  const key = `${place.lon_deg},${place.lat_deg}`
  return siteOf(key, sites, () => ({ gridCode: null, point: pointOf(place) }))
}

function siteOf(
  key: string,
  sites: Map<string, Site>,
  where: () => Pick<Site, 'gridCode' | 'point'>,
): Site {
  const known = sites.get(key)
  if (known) return known
  const site = { ...where(), counting: new Set<MemberStretch>(), cluster: null, pool: null }
  sites.set(key, site)
  return site
}

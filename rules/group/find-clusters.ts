import type { Neighbours } from '#model/rule.ts'
import { type EpochMs, plus } from '#model/time.ts'
import { Cluster, type Site } from './cluster.ts'
import { compareGroups, type GroupStretch } from './group-stretch.ts'
import type { MemberStretch } from './member-stretch.ts'
import { type Moment, Moments } from './moments.ts'
import { pointOf, SiteIndex } from './site-index.ts'

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
  const sweep = new Sweep(neighbours)
  for (const moment of momentsOf(members, neighbours)) sweep.go(moment)
  return sweep.found().sort(compareGroups)
}

interface Sited {
  readonly member: MemberStretch
  readonly site: Site
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
  const site = { ...where(), counting: new Set<MemberStretch>(), cluster: null }
  sites.set(key, site)
  return site
}

const OPEN = { endedAt: null, clearedAt: null }

class Sweep {
  readonly #atLeast: number
  /** Null where only those in one unit grid, which are at one site, are near each other. */
  readonly #index: SiteIndex<Site> | null
  readonly #lasting = new Set<Cluster>()
  readonly #over: GroupStretch[] = []

  constructor({ atLeast, within_m }: Neighbours) {
    this.#atLeast = atLeast
    this.#index = within_m === null ? null : new SiteIndex(within_m)
  }

  go({ at, arriving, clearing, leaving }: Moment<Sited>): void {
    const touched = new Set<Cluster>()
    const touch = (site: Site): Cluster | null => {
      if (site.cluster) touched.add(site.cluster)
      return site.cluster
    }
    for (const { member, site } of clearing) {
      // One that clears as it is confirmed has not arrived yet.
      if (site.counting.has(member)) touch(site)?.clear(member)
    }
    for (const each of leaving) {
      touch(each.site)
      this.#leave(each)
    }
    for (const each of arriving) this.#arrive(each, at)
    for (const { site } of arriving) {
      if (!site.cluster) this.#gather(site, at)
      touch(site)
    }
    for (const cluster of touched) {
      if (!this.#lasting.has(cluster)) continue
      const stretch = cluster.settle(at)
      if (stretch) this.#end(cluster, stretch)
    }
  }

  found(): GroupStretch[] {
    return [...this.#over, ...[...this.#lasting].map((cluster) => cluster.stretch(OPEN))]
  }

  #leave({ member, site }: Sited): void {
    site.counting.delete(member)
    site.cluster?.leave(member, site)
    if (site.counting.size === 0) this.#index?.remove(site)
  }

  #arrive({ member, site }: Sited, at: EpochMs): void {
    site.counting.add(member)
    if (site.cluster) site.cluster.join(member, at)
    else if (site.counting.size === 1) this.#index?.add(site)
  }

  /** Finds what hangs together with a site that is in no cluster, and the cluster it belongs to. */
  #gather(site: Site, at: EpochMs): void {
    const free = new Set([site])
    const near = new Set<Cluster>()
    for (const each of free) {
      for (const other of this.#index?.near(each) ?? []) {
        if (other.cluster) near.add(other.cluster)
        else free.add(other)
      }
    }
    const [earliest, ...later] = [...near].sort((a, b) => Cluster.compare(a, b))
    if (earliest) {
      earliest.take(free, at)
      for (const cluster of later) this.#end(cluster, cluster.yieldTo(earliest, at))
    } else if (this.#isEnough(free)) {
      this.#lasting.add(new Cluster([...free], this.#atLeast, at))
    }
  }

  #isEnough(sites: Iterable<Site>): boolean {
    const devices = new Set<string>()
    for (const { counting } of sites) for (const { deviceId } of counting) devices.add(deviceId)
    return devices.size >= this.#atLeast
  }

  #end(cluster: Cluster, stretch: GroupStretch): void {
    this.#lasting.delete(cluster)
    this.#over.push(stretch)
  }
}

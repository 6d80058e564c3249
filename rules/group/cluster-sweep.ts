import type { Neighbours } from '#model/rule.ts'
import type { EpochMs } from '#model/time.ts'
import { Cluster } from './cluster.ts'
import type { GroupStretch } from './group-stretch.ts'
import type { MemberStretch } from './member-stretch.ts'
import type { Moment } from './moments.ts'
import { Pool } from './pool.ts'
import type { Site } from './site.ts'
import { SiteIndex } from './site-index.ts'

export interface Sited {
  readonly member: MemberStretch
  readonly site: Site
}

const OPEN = { endedAt: null, clearedAt: null }

/** Goes through the moments of members, earliest first, and keeps the clusters that last. */
export class ClusterSweep {
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
    const holder = site.cluster ?? site.pool
    holder?.leave(member, site)
    if (site.counting.size === 0) this.#index?.remove(site)
  }

  #arrive({ member, site }: Sited, at: EpochMs): void {
    site.counting.add(member)
    if (site.cluster) {
      site.cluster.join(member, at)
    } else if (site.pool) {
      site.pool.join(member)
    } else {
      new Pool().take([site])
      this.#index?.add(site)
    }
  }

  /** Finds the cluster of a site that is in none, if there is one. */
  #gather(site: Site, at: EpochMs): void {
    let isNearCluster = false
    for (const other of this.#near(site)) {
      if (other.cluster) isNearCluster = true
      else if (other.pool) site.pool?.merge(other.pool)
    }
    const canBeEnough = site.pool !== null && site.pool.devices >= this.#atLeast
    if (isNearCluster || canBeEnough) this.#follow(site, at)
  }

  /** Follows the chains from a site that is in no cluster. */
  #follow(start: Site, at: EpochMs): void {
    const free = new Set([start])
    const near = new Set<Cluster>()
    for (const site of free) {
      for (const other of this.#near(site)) {
        if (other.cluster) near.add(other.cluster)
        else free.add(other)
      }
    }
    const [earliest, ...later] = [...near].sort((a, b) => Cluster.compare(a, b))
    if (earliest) {
      earliest.take(free, at)
      for (const cluster of later) this.#end(cluster, cluster.yieldTo(earliest, at))
      return
    }
    const pool = new Pool()
    pool.take(free)
    if (pool.devices >= this.#atLeast) this.#lasting.add(new Cluster([...free], this.#atLeast, at))
  }

  #near(site: Site): readonly Site[] {
    return this.#index?.near(site) ?? []
  }

  #end(cluster: Cluster, stretch: GroupStretch): void {
    this.#lasting.delete(cluster)
    this.#over.push(stretch)
  }
}

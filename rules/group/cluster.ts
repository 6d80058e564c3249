import type { EpochMs } from '#model/time.ts'
import { DeviceTally } from './device-tally.ts'
import type { GroupStretch } from './group-stretch.ts'
import { compareMembers, type MemberStretch } from './member-stretch.ts'
import { Pool } from './pool.ts'
import type { Site } from './site.ts'

/** A cluster while it lasts. What happens at one instant is told first and judged by `settle`. */
export class Cluster {
  readonly #atLeast: number
  readonly #confirmedAt: EpochMs
  readonly #lead: MemberStretch
  readonly #key: string
  readonly #members = new Set<string>()
  readonly #sites = new Set<Site>()
  readonly #counting = new DeviceTally()
  readonly #uncleared = new DeviceTally()
  #joining: MemberStretch[] = []
  /** Since when fewer than enough are uncleared. */
  #fewSince: EpochMs | null = null

  constructor(sites: readonly Site[], atLeast: number, at: EpochMs) {
    const founders = sites.flatMap(({ counting }) => [...counting])
    this.#atLeast = atLeast
    this.#confirmedAt = at
    this.#lead = founders.reduce((a, b) => (compareMembers(a, b) <= 0 ? a : b))
    const gridCode = sites[0]?.gridCode ?? null
    this.#key = gridCode === null ? `near:${this.#lead.deviceId}` : `grid:${gridCode}`
    this.take(sites, at)
  }

  /** Those that began earlier first. */
  static compare(a: Cluster, b: Cluster): number {
    return a.#confirmedAt - b.#confirmedAt || compareMembers(a.#lead, b.#lead)
  }

  /** Whatever counts at sites that have come to be near. */
  take(sites: Iterable<Site>, at: EpochMs): void {
    for (const site of sites) {
      site.pool?.drop(site)
      site.cluster = this
      this.#sites.add(site)
      for (const member of site.counting) this.join(member, at)
    }
  }

  /** Another at one of its sites. */
  join(member: MemberStretch, at: EpochMs): void {
    this.#joining.push(member)
    this.#counting.add(member.deviceId)
    if (member.clearedAt === null || member.clearedAt > at) this.#uncleared.add(member.deviceId)
  }

  clear(member: MemberStretch): void {
    this.#uncleared.remove(member.deviceId)
  }

  /** A member counts no longer; it was cleared before or just now. */
  leave(member: MemberStretch, site: Site): void {
    this.#counting.remove(member.deviceId)
    if (site.counting.size > 0) return
    this.#sites.delete(site)
    site.cluster = null
  }

  /** Gives all it has to an earlier cluster to which it has become near, and ends. */
  yieldTo(earlier: Cluster, at: EpochMs): GroupStretch {
    earlier.take(this.#sites, at)
    return this.stretch({ endedAt: at, clearedAt: at })
  }

  /** What has become of it when all of an instant is told: its stretch if it was cleared by that. */
  settle(at: EpochMs): GroupStretch | undefined {
    if (this.#counting.devices < this.#atLeast) {
      for (const site of this.#sites) site.cluster = null
      new Pool().take(this.#sites)
      return this.stretch({ endedAt: this.#fewSince ?? at, clearedAt: at })
    }
    // Who joins a cluster that does not outlast the instant was never in it.
    for (const { id } of this.#joining) this.#members.add(id)
    this.#joining = []
    const few = this.#uncleared.devices < this.#atLeast
    this.#fewSince = few ? (this.#fewSince ?? at) : null
    return undefined
  }

  stretch(end: Pick<GroupStretch, 'endedAt' | 'clearedAt'>): GroupStretch {
    return {
      key: this.#key,
      lead: this.#lead.id,
      members: [...this.#members].sort(),
      startedAt: this.#lead.startedAt,
      confirmedAt: this.#confirmedAt,
      ...end,
    }
  }
}

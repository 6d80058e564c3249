import { DeviceTally } from './device-tally.ts'
import type { MemberStretch } from './member-stretch.ts'
import type { Site } from './site.ts'

/**
 * Sites in no cluster. Those that hang together are in one pool, but a pool may hold more than
 * that, as it does not fall apart with its chains. So it tells when there cannot be a cluster.
 */
export class Pool {
  readonly #sites = new Set<Site>()
  readonly #counting = new DeviceTally()

  get devices(): number {
    return this.#counting.devices
  }

  /** Whatever counts at sites that are in no cluster any more, or in another pool. */
  take(sites: Iterable<Site>): void {
    for (const site of sites) {
      site.pool?.drop(site)
      this.#sites.add(site)
      for (const { deviceId } of site.counting) this.#counting.add(deviceId)
      site.pool = this
    }
  }

  /** Another at one of its sites. */
  join({ deviceId }: MemberStretch): void {
    this.#counting.add(deviceId)
  }

  leave({ deviceId }: MemberStretch, site: Site): void {
    this.#counting.remove(deviceId)
    if (site.counting.size > 0) return
    this.#sites.delete(site)
    site.pool = null
  }

  drop(site: Site): void {
    this.#sites.delete(site)
    for (const { deviceId } of site.counting) this.#counting.remove(deviceId)
    site.pool = null
  }

  /** Makes one of the two, at the cost of the smaller. */
  merge(other: Pool): void {
    if (other === this) return
    if (other.#sites.size > this.#sites.size) other.take(this.#sites)
    else this.take(other.#sites)
  }
}

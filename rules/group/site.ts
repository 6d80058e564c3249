import type { Cluster } from './cluster.ts'
import type { MemberStretch } from './member-stretch.ts'
import type { Pool } from './pool.ts'
import type { Point } from './site-index.ts'

/** A spot with members that count; those at one spot are always near each other. */
export interface Site {
  /** Of the unit grid where those are what makes near. */
  readonly gridCode: string | null
  readonly point: Point
  readonly counting: Set<MemberStretch>
  /** While anybody counts here it belongs to the one or the other. */
  cluster: Cluster | null
  pool: Pool | null
}

import type { Readiness } from '#api/routes/health-routes.ts'
import type { Ingest } from '#ingest/ingest.ts'
import { formatInstant } from '#model/time.ts'
import type { Monitor } from '#monitor/monitor.ts'
import type { SpoolParts } from './spool-parts.ts'

interface ReadinessParts {
  readonly monitor: Pick<Monitor, 'stalledSince' | 'isWarm'>
  readonly ingest: Pick<Ingest, 'spooler'>
  readonly spool: SpoolParts['spool']
  /** Of other parts. */
  readonly warnings: readonly string[]
}

const MIB = 1_024 * 1_024

/** Whether messages are being taken, into the database or into the spool, and what is to be said. */
export function readinessOf(parts: ReadinessParts): Readiness {
  const { monitor, ingest, spool } = parts
  const { since = null, blocked = null } = ingest.spooler?.state ?? {}
  if (blocked !== null) {
    return { ready: false, why: `nothing more can be spooled: ${blocked}; readings wait` }
  }
  if (monitor.stalledSince !== null && since === null) {
    return { ready: false, why: 'the database is away; readings wait for it' }
  }
  const warnings = [...parts.warnings]
  const { bytes = 0, records = 0, damaged = 0 } = spool.facts ?? {}
  if (since !== null) {
    const size = `${records} batches, ${Math.ceil(bytes / MIB)} of ${Math.round(spool.maxBytes / MIB)} MiB`
    const reason = monitor.stalledSince === null ? 'it is being drained' : 'the database is away'
    warnings.push(`spooling since ${formatInstant(since)}, ${reason} (${size})`)
  }
  if (damaged > 0) {
    warnings.push(`${damaged} parts of the spool could not be read and were put aside; see the log`)
  }
  return { ready: true, rules: monitor.isWarm ? 'warm' : 'warming', warnings }
}

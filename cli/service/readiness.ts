import type { Readiness } from '#api/routes/health-routes.ts'
import type { Ingest } from '#ingest/ingest.ts'
import type { Bilingual } from '#model/text.ts'
import { formatInstant } from '#model/time.ts'
import type { Monitor } from '#monitor/monitor.ts'
import type { SpoolParts } from './spool-parts.ts'

interface ReadinessParts {
  readonly monitor: Pick<Monitor, 'stalledSince' | 'isWarm'>
  readonly ingest: Pick<Ingest, 'spooler'>
  readonly spool: SpoolParts['spool']
  /** Of other parts. */
  readonly warnings: readonly Bilingual[]
}

const MIB = 1_024 * 1_024

/** Whether messages are being taken, into the database or into the spool, and what is to be said. */
export function readinessOf(parts: ReadinessParts): Readiness {
  const { monitor, ingest, spool } = parts
  const { since = null, blocked = null } = ingest.spooler?.state ?? {}
  if (blocked !== null) {
    const why = {
      en: `nothing more can be spooled: ${blocked}; readings wait`,
      zh: `落盘缓存无法继续写入（${blocked}），读数在等待`,
    }
    return { ready: false, why }
  }
  if (monitor.stalledSince !== null && since === null) {
    const why = {
      en: 'the database is away; readings wait for it',
      zh: '数据库无法连接，读数在等待入库',
    }
    return { ready: false, why }
  }
  const warnings = [...parts.warnings]
  const { bytes = 0, records = 0, damaged = 0 } = spool.facts ?? {}
  if (since !== null) {
    const [used, most] = [Math.ceil(bytes / MIB), Math.round(spool.maxBytes / MIB)]
    const isBack = monitor.stalledSince === null
    const at = formatInstant(since)
    const reason = isBack ? 'it is being drained' : 'the database is away'
    warnings.push({
      en: `spooling since ${at}, ${reason} (${records} batches, ${used} of ${most} MiB)`,
      zh: `自 ${at} 起落盘缓存，${isBack ? '正在回放入库' : '数据库无法连接'}（${records} 批，${used}/${most} MiB）`,
    })
  }
  if (damaged > 0) {
    warnings.push({
      en: `${damaged} parts of the spool could not be read and were put aside; see the log`,
      zh: `落盘缓存有 ${damaged} 处无法读取，已另行存放，详见日志`,
    })
  }
  return { ready: true, rules: monitor.isWarm ? 'warm' : 'warming', warnings }
}

import { globSync } from 'node:fs'
import path from 'node:path'
import type { Pool } from 'pg'
import { isWanmiError, messageOf, Rejected } from '#model/error.ts'
import { seconds } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import { type Metrics, onScrape } from '#runtime/metrics.ts'
import { repeat } from '#runtime/repeat.ts'
import type { Shutdown } from '#runtime/shutdown.ts'
import { LockedSpool } from '#spool/locked-spool.ts'
import { readSpoolMarks } from '#store/queries/spool-marks.ts'

interface SpoolPartsOptions {
  readonly config: Pick<Config, 'spool' | 'store'>
  readonly pool: Pool
  readonly clock: Clock
  readonly metrics: Metrics
  readonly log: Logger
}

/** The spool of this database, opened as soon as no other process has it. */
export interface SpoolParts {
  readonly spool: LockedSpool
  /** Calls the listener if it is opened only after this. */
  readonly onOpened: (listener: () => void) => void
}

const TRY_AGAIN = seconds(1)

/** @throws Rejected `data-directory` where its folder cannot be used */
export async function openSpool(
  { config, pool, clock, metrics, log }: SpoolPartsOptions,
  shutdown: Shutdown,
): Promise<SpoolParts> {
  const { databaseId } = await readSpoolMarks(pool)
  const root = config.spool.dir ?? path.join(config.store.dataDir, 'spool')
  const folder = path.join(root, databaseId)
  const spool = new LockedSpool({
    folder,
    maxBytes: config.spool.maxBytes,
    readDrained: async () => (await readSpoolMarks(pool)).drained,
    log,
  })
  shutdown.add('folder of the spool', () => spool.close())
  const isOpen = await spool.tryToOpen().catch((error: unknown) => {
    if (isWanmiError(error)) throw error
    const sentence = `the spool ${folder} cannot be used: ${messageOf(error)}`
    throw new Rejected('data-directory', sentence, { detail: { path: folder }, cause: error })
  })
  warnOfOthers(root, databaseId, log)
  measureSpool(spool, metrics, clock)
  const listeners: (() => void)[] = []
  if (!isOpen) {
    log.warn({ folder }, 'another process has the spool, nothing is spooled until it ends')
    const tryAgain = async (): Promise<void> => {
      if (!(await spool.tryToOpen())) return
      void stopTrying()
      log.info({ folder }, 'the spool is ours now')
      for (const listener of listeners) listener()
    }
    const stopTrying = repeat('opening of the spool', TRY_AGAIN, tryAgain, log)
    shutdown.add('opening of the spool', stopTrying)
  }
  return { spool, onOpened: (listener) => listeners.push(listener) }
}

/** What was spooled for another database waits for that. */
function warnOfOthers(root: string, databaseId: string, log: Logger): void {
  const names = globSync('*/*.spool', { cwd: root })
  const others = new Set(names.map((name) => path.dirname(name)))
  others.delete(databaseId)
  for (const id of others) {
    const folder = path.join(root, id)
    log.warn({ folder }, 'there is a spool of another database, it is left alone')
  }
}

function measureSpool(spool: LockedSpool, metrics: Metrics, clock: Clock): void {
  onScrape(metrics.spoolBytes, () => metrics.spoolBytes.set(spool.facts?.bytes ?? 0))
  onScrape(metrics.spoolRecords, () => metrics.spoolRecords.set(spool.facts?.records ?? 0))
  onScrape(metrics.spoolDamaged, () => metrics.spoolDamaged.set(spool.facts?.damaged ?? 0))
  onScrape(metrics.spoolOldestSeconds, () => {
    const oldestAt = spool.facts?.oldestAt ?? null
    metrics.spoolOldestSeconds.set(oldestAt === null ? 0 : (clock.now() - oldestAt) / 1_000)
  })
}

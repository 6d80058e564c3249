import { CASE_LAW } from '#cases/law.ts'
import { type Handover, Overtaken } from '#cli/service/handover.ts'
import type { openRuleParts } from '#cli/service/rule-parts.ts'
import { tellCommits } from '#cli/service/tell-commits.ts'
import { BatchTrace } from '#cli/service/trace-batches.ts'
import { Ingest } from '#ingest/ingest.ts'
import { Broken, messageOf } from '#model/error.ts'
import { type DurationMs, milliseconds, seconds } from '#model/time.ts'
import { Monitor } from '#monitor/monitor.ts'
import type { Surroundings } from '#monitor/ports.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import { heapLimits } from '#runtime/heap-limits.ts'
import type { Logger } from '#runtime/logger.ts'
import { type Metrics, onScrape } from '#runtime/metrics.ts'
import { repeat } from '#runtime/repeat.ts'
import type { Shutdown } from '#runtime/shutdown.ts'
import type { Tracer } from '#runtime/trace/tracer.ts'
import { type CommitterOptions, openCommitter } from '#store/committer.ts'
import type { Database } from '#store/database.ts'
import type { DeviceDirectory } from '#store/device-directory.ts'
import type { History } from '#store/history.ts'
import { lastChange } from '#store/last-change.ts'
import { openSpool } from './spool-parts.ts'

interface EngineOptions {
  readonly config: Config
  readonly database: Database
  readonly directory: DeviceDirectory
  readonly history: History
  readonly world: CommitterOptions['world']
  readonly ruleParts: Awaited<ReturnType<typeof openRuleParts>>
  readonly surroundings: Surroundings
  readonly handover: Handover
  /** Of what was read before: see {@link lastChange}. */
  readonly asOf: string
  readonly clock: Clock
  readonly metrics: Metrics
  readonly tracer: Tracer
  readonly log: Logger
}

/** What windows may take of the heap where nobody says otherwise. */
const HEAP_SHARE_OF_WINDOWS = 4

/** How often the rules are told that time has passed. */
export const BEAT: DurationMs = seconds(5)

/**
 * The way from a message to its commit: the writer, the rules in front of it and the batches in
 * front of those, with the clock of the rules.
 */
export async function openEngine(options: EngineOptions, shutdown: Shutdown) {
  const { config, database, directory, history, world, ruleParts, surroundings } = options
  const { handover, asOf, clock, metrics, tracer, log } = options
  const { timeZone } = config.city
  const timeoutMs = config.store.statementTimeoutMs
  const { waitMs: handoverWaitMs } = config.handover
  const onSuccessor = (): void => handover.ask()
  const committer = await openCommitter(
    database,
    { timeZone, timeoutMs, law: CASE_LAW, world, handoverWaitMs, onSuccessor },
    log,
  )
  shutdown.add('committer', () => committer.close())
  if ((await lastChange(database.pool)) !== asOf) throw new Overtaken()
  const batches = new BatchTrace(tracer)
  const { spool, onOpened } = await openSpool({ ...options, pool: database.pool }, shutdown)
  const monitor = await Monitor.start({
    inForce: ruleParts.inForce(),
    ledger: batches.ledger(tellCommits(committer, log)),
    history,
    devices: { find: (id) => directory.find(id), all: () => directory.devices() },
    surroundings,
    silenceGrace: seconds(config.city.silenceGraceS),
    windowsMaxBytes: config.rules.windowsMaxBytes ?? heapLimits().old / HEAP_SHARE_OF_WINDOWS,
    isBehind: () => !spool.isEmpty,
    city: config.city,
    clock,
    log,
    metrics,
  })
  const failure = Promise.withResolvers<unknown>()
  const fail = (error: unknown): void => {
    // What fails while the service is being stopped is no news.
    if (!shutdown.isStopping) failure.resolve(error)
  }
  ruleParts.onChange(() => {
    monitor.adopt(ruleParts.inForce()).catch((error: unknown) => {
      if (error instanceof Broken) fail(error)
      else log.warn({ reason: messageOf(error) }, 'changed rules are not in force yet')
    })
  })
  directory.onChange(() => monitor.devicesChanged())
  const tick = (): Promise<void> =>
    monitor.tick().catch((error: unknown) => {
      if (error instanceof Broken) fail(error)
      throw error
    })
  const beat = repeat('clock of the rules', BEAT, tick, log, { atOnce: true })
  shutdown.add('clock of the rules', beat)
  const ingest = new Ingest({
    config: config.ingest,
    registry: directory,
    sink: batches.sink(monitor),
    metrics,
    spool: {
      spool,
      after: milliseconds(config.spool.afterMs),
      stalledSince: () => monitor.stalledSince,
      clock,
      log,
    },
    onFatal: fail,
  })
  const { spooler } = ingest
  onOpened(() => spooler?.opened())
  const stopSpool = async (): Promise<void> => await spooler?.stop()
  shutdown.add('spool', stopSpool)
  const beatSpool = async (): Promise<void> => await spooler?.beat()
  const beatOfSpool = repeat('beat of the spool', BEAT, beatSpool, log)
  shutdown.add('beat of the spool', beatOfSpool)
  // Whoever waits for a database that is away does not keep the service from ending.
  shutdown.add('monitor', () => monitor.stop())
  onScrape(metrics.spoolBlocked, () => {
    metrics.spoolBlocked.set(spooler?.state.blocked === null ? 0 : 1)
  })
  /** Lets another process write, as soon as nothing more is taken. */
  const release = async (): Promise<void> => {
    monitor.stop()
    await beatOfSpool()
    await stopSpool()
    await beat()
    await committer.close()
  }
  const lastCommit = (): number => committer.lastNumber
  return { monitor, ingest, spool, tick, lastCommit, failed: failure.promise, release }
}

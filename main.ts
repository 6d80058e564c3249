import '#runtime/heap-flags.ts'
import { createApi } from '#api/create-api.ts'
import { openBroker } from '#broker/broker.ts'
import { commandDesk } from '#cli/command-desk.ts'
import { bindUploads, openAttachmentParts } from '#cli/service/attachment-parts.ts'
import { openBacktests } from '#cli/service/backtest-parts.ts'
import { openCalendar } from '#cli/service/calendar.ts'
import { openCaseDesk, openCaseWorld } from '#cli/service/cases.ts'
import { consoleParts } from '#cli/service/console-parts.ts'
import { BEAT, openEngine } from '#cli/service/engine.ts'
import { evaluationParts } from '#cli/service/evaluation.ts'
import { openExchange } from '#cli/service/exchange.ts'
import type { Exchanged } from '#cli/service/exchanged.ts'
import { Handover, Overtaken } from '#cli/service/handover.ts'
import { openInspectorTasks } from '#cli/service/inspector-parts.ts'
import { openMap } from '#cli/service/map-parts.ts'
import { mqttUrlsOf } from '#cli/service/mqtt-urls.ts'
import { openPeopleParts } from '#cli/service/people.ts'
import { readinessOf } from '#cli/service/readiness.ts'
import { registryPorts } from '#cli/service/registry-ports.ts'
import { openRuleParts } from '#cli/service/rule-parts.ts'
import { openStoreParts } from '#cli/service/store-parts.ts'
import { createSummaries } from '#cli/service/summary-parts.ts'
import { traceCommands } from '#cli/service/trace-commands.ts'
import { watchCases } from '#cli/service/watch-cases.ts'
import { openWebhooks } from '#cli/service/webhooks.ts'
import { surroundingsOf } from '#cli/surroundings.ts'
import type { Batch, CommitOutcome } from '#model/commit.ts'
import { days, seconds } from '#model/time.ts'
import { Explainer } from '#monitor/explain/explainer.ts'
import { Terminals } from '#monitor/terminals.ts'
import { systemClock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { repeat } from '#runtime/repeat.ts'
import { Shutdown } from '#runtime/shutdown.ts'
import { openTracer } from '#runtime/trace/open-tracer.ts'
import { createCommands } from '#store/queries/commands.ts'
import { createEpisodeQueries } from '#store/queries/episodes.ts'

/** A running Wanmi. */
export interface Service {
  readonly httpUrl: string
  /** Of each listener, plain first. */
  readonly mqttUrls: readonly string[]
  /** Resolves with the reason when it cannot go on: nothing more is acknowledged. */
  readonly failed: Promise<unknown>
  /** Called after each commit. */
  onCommitted(listener: (batch: Batch, outcome: CommitOutcome) => void): void
  /** Tells the rules and the cases that time has passed, as is done every few seconds anyway. */
  tick(): Promise<void>
  /** Reads the files of TLS again, as is done when they change. */
  reload(): Promise<void>
  /** Resolves when a younger process waits for this one to hand over. */
  readonly succeeded: Promise<void>
  /** Takes nothing more, commits and acknowledges what waits, and ends all it started. */
  stop(): Promise<void>
  /** Stops, and leaves the database that Wanmi runs itself to the process that takes over. */
  handOver(): Promise<void>
}

/**
 * Builds every part, hands each its slice of the configuration, and starts them from the database
 * outwards: the doors open last. What was started is stopped again when a later part fails.
 */
export async function startService(
  config: Config,
  token: string,
  log: Logger,
  exchanged: Exchanged = {},
): Promise<Service> {
  for (;;) {
    const shutdown = new Shutdown(log)
    const handover = new Handover()
    try {
      return await buildService(config, token, log, exchanged, shutdown, handover)
    } catch (error) {
      if (error instanceof Overtaken) handover.begin()
      await shutdown.run()
      if (!(error instanceof Overtaken)) throw error
    }
  }
}

async function buildService(
  config: Config,
  token: string,
  log: Logger,
  { clock = systemClock, hasher }: Exchanged,
  shutdown: Shutdown,
  handover: Handover,
): Promise<Service> {
  const metrics = createMetrics()
  const tracer = await openTracer(config.trace, log)
  shutdown.add('traces', () => tracer.stop())
  const { database, asOf, directory, grids, areas, history, recalled } = await openStoreParts(
    { config, clock, log },
    shutdown,
    handover,
  )
  const { pool } = database
  const { timeZone } = config.city
  const calendar = await openCalendar({ pool, timeZone, clock, log, metrics })
  shutdown.add('work calendar', () => calendar.close())
  const peopleParts = await openPeopleParts({ config, pool, clock, log, hasher })
  shutdown.add('people', () => peopleParts.close())
  const terminals = await Terminals.open(directory.devices(), history)
  const staff = () => peopleParts.staff(terminals)
  const moment = { pool, staff, workTime: calendar.workTime, clock, log }
  const { filing, world } = await openCaseWorld(moment)
  shutdown.add('filing policies', () => filing.close())
  const ruleParts = await openRuleParts({
    config: config.city,
    pool,
    grids,
    areas,
    calendar,
    clock,
    log,
  })
  const { book } = ruleParts
  shutdown.add('rule book', () => book.close())
  const surroundings = surroundingsOf(directory, grids)
  const engine = { config, database, directory, world, ruleParts, surroundings }
  const { monitor, ingest, spool, tick, lastCommit, failed, release } = await openEngine(
    { ...engine, history: recalled, handover, asOf, clock, metrics, tracer, log },
    shutdown,
  )
  const { mapPorts, tellTo } = openMap({ pool, directory, history, monitor, clock, log, shutdown })
  const summaries = createSummaries({ config, database, clock, log })
  monitor.onCommitted(({ readings }) => summaries.heard(readings))
  shutdown.add('summaries of readings', summaries.close)
  await summaries.open()
  const episodes = createEpisodeQueries(pool)
  const caseParts = { ...moment, episodes, surroundings }
  const { desk, cases, flow, stop, watched } = openCaseDesk(
    { ...caseParts, bind: bindUploads(peopleParts.terminalOf), city: config.city },
    world,
  )
  shutdown.add('clock of the cases', stop)
  const explainer = new Explainer({
    history,
    devices: directory,
    monitor,
    book: () => book.snapshot.rules,
    episode: (id) => episodes.find(id),
    clock,
  })
  const watchParts = { desk, watched, history, directory, explainer, monitor, clock, log }
  const watch = watchCases(watchParts, BEAT)
  shutdown.add('sensor checks', watch.stop)
  const backtests = openBacktests({
    database,
    ruleParts,
    history,
    episodes,
    directory,
    surroundings,
    silenceGrace: seconds(config.city.silenceGraceS),
    city: config.city,
    clock,
    tracer,
    log,
  })
  shutdown.add('backtests', () => backtests.stop())
  const commands = traceCommands(createCommands({ pool, clock }), tracer)
  shutdown.add(
    'expiry',
    repeat('expiry', seconds(1), () => commands.expire(), log),
  )
  const inspectors = openInspectorTasks({
    desk,
    cases,
    commands,
    directory,
    people: peopleParts,
    deliver: (deviceId) => broker.deliver(deviceId),
    clock,
  })
  const told = { clock, metrics, tracer, log }
  const webhooks = openWebhooks({ config: config.webhook, pool, ...told, shutdown })
  const broker = await openBroker({
    config: config.mqtt,
    open: { config: config.openMqtt, programs: peopleParts.programs },
    clientWindowMessages: config.ingest.clientWindowMessages,
    directory,
    intake: ingest,
    desk: inspectors.replies(commandDesk(commands)),
    reports: {
      desk: inspectors.reports,
      limits: {
        maxAge: days(config.ingest.maxAgeDays),
        maxAhead: seconds(config.ingest.maxAheadS),
      },
    },
    lastCommit,
    clock,
    metrics,
    log,
  })
  // Another process may write as soon as the doors are shut, whatever else takes its time to end.
  shutdown.add('summaries of readings', summaries.close)
  shutdown.add('engine', release)
  // It drains what was taken, for five seconds, and takes leave.
  shutdown.add('broker', () => broker.close(), { patienceMs: 6_500 })
  shutdown.add('patience with the database', () => ingest.spooler?.hurry())
  peopleParts.onEnded((credentialIds) => broker.endCredentials(credentialIds))
  const giveTasks = (): Promise<void> => inspectors.give()
  shutdown.add('tasks of inspectors', repeat('tasks of inspectors', BEAT, giveTasks, log))
  // Whoever was removed, disabled or given another secret is not let stay.
  directory.onChange((id, before) => {
    const now = directory.credential(id)
    if (!now?.enabled || now.hash !== before?.hash) broker.disconnect(id)
  })

  const attachmentParts = await openAttachmentParts({
    config: config.attachments,
    dataDir: config.store.dataDir,
    pool,
    directory,
    seesCase: (caseId, { scope }) => cases.sees(caseId, scope),
    checkSecret: (id, secret, address) => broker.checkSecret(id, secret, address),
    clock,
    log,
  })
  shutdown.add('attachments', attachmentParts.stop)

  const exchange = openExchange({ pool, world, surroundings, config, clock })
  const api = createApi({
    config: config.http,
    ...consoleParts(config, clock),
    token,
    metrics,
    tracer,
    log,
    ...registryPorts({ pool, directory, grids, areas, clock, timeZone, ruleParts }),
    ...mapPorts,
    readingSummaries: summaries.ports,
    attachments: attachmentParts.attachments,
    workCalendar: calendar.desk,
    replay: (envelope, wasEarly) =>
      broker.replay(wasEarly ? { ...envelope, receivedAt: clock.now() } : envelope),
    episodes,
    cases,
    caseFlow: flow,
    caseDesk: desk,
    ...exchange.ports,
    filing,
    seesCase: (caseId, scope) => cases.sees(caseId, scope),
    ...evaluationParts({ pool, timeZone, clock }),
    ...ruleParts.ports,
    explainer,
    backtests,
    commands,
    deliver: (deviceId) => broker.deliver(deviceId),
    connections: broker,
    ...webhooks.ports,
    people: peopleParts.people,
    readiness: () => {
      const warnings = [...calendar.warnings(), ...broker.warnings()]
      return readinessOf({ monitor, ingest, spool, warnings })
    },
  })
  for (const changed of [desk, exchange]) {
    changed.onChange((changes) => api.live.cases(changes))
    changed.onChange(webhooks.poke)
  }
  tellTo(api.live)
  monitor.onCommitted((batch, outcome) => {
    terminals.heard(batch.readings)
    api.live.readings(batch.readings)
    api.live.cases(outcome.cases)
    if (outcome.cases.length > 0) webhooks.poke()
  })
  const httpUrl = await api.listen()
  shutdown.add('HTTP', () => api.close())

  return {
    httpUrl,
    mqttUrls: mqttUrlsOf(broker.ports),
    failed,
    onCommitted: (listener) => monitor.onCommitted(listener),
    async tick() {
      await tick()
      await desk.alarms()
      await watch.look()
      await giveTasks()
    },
    async reload() {
      await Promise.all([broker.reloadTls(), api.reloadTls()])
    },
    succeeded: handover.asked,
    handOver() {
      handover.begin()
      return shutdown.run()
    },
    stop: () => shutdown.run(),
  }
}

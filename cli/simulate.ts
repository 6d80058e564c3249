import { Command, Option } from 'commander'
import { Rejected } from '#model/error.ts'
import { systemClock } from '#runtime/clock.ts'
import { runFleet } from '#simulator/fleet/run-fleet.ts'
import { type Start, startOfRun } from '#simulator/fleet/start-of-run.ts'
import { cityFromRegistry } from '#simulator/registry/city-from-registry.ts'
import { ensureSecrets } from '#simulator/registry/ensure-secrets.ts'
import type { ServiceAddress } from '#simulator/registry/service-client.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { loadScenario } from '#simulator/scenario/shipped-scenarios.ts'
import { type BrokerOptions, brokerEndpoint } from './broker-endpoint.ts'
import { dryRunFile } from './dry-run-file.ts'
import { fleetDisplay } from './fleet-display.ts'
import { onInterruption } from './interruption.ts'
import { duration, positiveNumber, wholeNumber } from './option-values.ts'
import { listScenarios } from './scenario-list.ts'
import { defaultApiUrl, serviceAddress } from './service-address.ts'
import { changed, pace, type ScenarioChanges, seed, start } from './simulate-values.ts'
import { truthTarget } from './truth-target.ts'

interface SimulateOptions extends BrokerOptions, ScenarioChanges {
  readonly start?: Start
  readonly workers: number
  readonly dryRun?: string
  readonly truth?: string
  readonly api?: string
  readonly token?: string
  readonly register: boolean
  readonly rotateSecrets?: boolean
  readonly list?: boolean
  readonly json?: boolean
}

/** `wanmi simulate`: a city that is not there reports over MQTT. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('let a simulated city report over MQTT, and write down what truly happened in it')
    .argument('[scenario]', 'the name of one that comes along, or a file', 'demo')
    .option('--list', 'the scenarios that come along')
    .addOption(
      new Option('--speed <factor>', 'as many times as fast as in real time, or max')
        .argParser(pace)
        .default(undefined, 'as the scenario says'),
    )
    .option('--devices <n>', 'devices of all kinds', wholeNumber(1, 999_999))
    .option('--rate <per second>', 'messages a second in all', positiveNumber)
    .option('--seed <text>', 'another one lets other things go wrong in the same city', seed)
    .option('--city-seed <text>', 'the same one is the same city', seed)
    .option('--for <span>', 'how long to report, in the time of the scenario', duration)
    .option(
      '--start <when>',
      'now: so that it ends now; scenario: at its very instant; or an instant (default: in real time now, else at the hour of the scenario on the last day possible)',
      start,
    )
    .option('--workers <n>', 'threads that share the devices', wholeNumber(1, 64), 1)
    .option('--dry-run <file>', 'write what would be sent, as NDJSON, and connect to nobody')
    .option('--truth <file>', 'write what truly happened, as NDJSON')
    .option('--api <url>', 'where the service is (default: HTTP_PORT on this machine)')
    .option('--token <token>', 'of the service (default: ADMIN_TOKEN or DATA_DIR/admin-token)')
    .option('--no-register', 'the city of this seed is in the registry already')
    .option(
      '--rotate-secrets',
      'where the city is that of the registry: give its devices others, which turns the real ones away',
    )
    .option(
      '--mqtt <url>',
      'mqtt://, mqtts://, ws:// or wss:// (default: MQTT_PORT on this machine)',
    )
    .option('--tls-ca <file>', 'authority that signed the certificate of the broker, PEM')
    .option('--tls-insecure', 'take any certificate of the broker')
    .option('--json', 'progress and summary as JSON lines')
    .action(simulate)
}

async function simulate(name: string, options: SimulateOptions): Promise<void> {
  if (options.list) {
    listScenarios(options.json ?? false)
    return
  }
  const scenario = changed(loadScenario(name), options)
  if (options.dryRun !== undefined) await simulateDry(scenario, options, options.dryRun)
  else await simulateLive(scenario, options)
}

async function simulateDry(
  scenario: Scenario,
  { truth, workers, json = false, ...options }: SimulateOptions,
  file: string,
): Promise<void> {
  if (scenario.city.from === 'registry') {
    throw new Rejected('invalid-input', 'a dry run has no registry to take the city from')
  }
  const { start = 'scenario' } = options
  const writeTruth = truth === undefined ? undefined : truthTarget(truth)
  // No clock decides: what it says is the same at any time, and may be of any time.
  const startedAt =
    start === 'now'
      ? startOfRun(scenario, scenario.duration, systemClock.now(), start)
      : start === 'scenario'
        ? scenario.start
        : start
  const order = { scenario, startedAt, duration: scenario.duration }
  const result = await dryRunFile(order, { file, workers, json })
  writeTruth?.(result.truth)
}

async function simulateLive(scenario: Scenario, options: SimulateOptions): Promise<void> {
  const { json = false, truth, workers } = options
  const endpoint = brokerEndpoint(options)
  const fromRegistry = scenario.city.from === 'registry'
  const service =
    options.register || fromRegistry
      ? await serviceAddress(options.api ?? defaultApiUrl(), options.token)
      : null
  const writeTruth = truth === undefined ? undefined : truthTarget(truth)
  const records = fromRegistry && service ? await registryRecords(service, scenario, options) : null
  const run = runFleet({
    scenario,
    duration: scenario.duration,
    endpoint,
    service: records ? null : service,
    records,
    workers,
    start: options.start,
  })
  const stopListening = onInterruption(() => void stopped(run.stop()))
  const display = fleetDisplay(scenario.duration, json)
  const timer = setInterval(() => display.show(run.progress()), display.every_ms)
  try {
    const summary = await run.finished
    display.close()
    display.summarize(summary)
    if (summary.published > summary.acknowledged) process.exitCode = 1
  } finally {
    clearInterval(timer)
    display.close()
    stopListening()
    writeTruth?.(run.truth())
  }
}

// What it fails with is told where the run is waited for.
const stopped = (end: Promise<unknown>): Promise<unknown> => end.catch(() => undefined)

async function registryRecords(
  service: ServiceAddress,
  scenario: Scenario,
  { rotateSecrets = false }: SimulateOptions,
) {
  const city = await cityFromRegistry(service, scenario)
  const { records } = await ensureSecrets(service, city, { rotate: rotateSecrets })
  return records
}

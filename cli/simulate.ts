import { writeFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { type FleetRun, runFleet } from '#simulator/fleet/run-fleet.ts'
import { loadScenario } from '#simulator/scenario/shipped-scenarios.ts'
import { type BrokerOptions, brokerEndpoint } from './broker-endpoint.ts'
import { fleetDisplay } from './fleet-display.ts'
import { onInterruption } from './interruption.ts'
import { duration, positiveNumber, wholeNumber } from './option-values.ts'
import { defaultApiUrl, serviceAddress } from './service-address.ts'

interface SimulateOptions extends BrokerOptions {
  readonly devices: number
  readonly rate?: number
  readonly seed: string
  readonly variation?: string
  readonly for: ReturnType<typeof duration>
  readonly api?: string
  readonly token?: string
  readonly register: boolean
  readonly truth?: string
  readonly json?: boolean
}

const SECONDS_PER_REPORT = 5

/** `wanmi simulate`: a city that is not there reports over MQTT. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('let a simulated city report over MQTT, with a few faults whose truth is known')
    .option('--devices <n>', 'devices of all kinds', wholeNumber(1, 999_999), 200)
    .option(
      '--rate <per second>',
      'messages a second in all (default: devices / 5)',
      positiveNumber,
    )
    .option('--seed <text>', 'the same seed is the same city: 1 to 24 of A-Za-z0-9._-', '1')
    .option('--variation <text>', 'another one lets other things go wrong in the same city')
    .addOption(
      new Option('--for <span>', 'how long to report')
        .argParser(duration)
        .default(duration('60s'), '60s'),
    )
    .option('--api <url>', 'where the service is (default: HTTP_PORT on this machine)')
    .option('--token <token>', 'of the service (default: ADMIN_TOKEN or DATA_DIR/admin-token)')
    .option('--no-register', 'the city of this seed is in the registry already')
    .option('--mqtt <url>', 'mqtt:// or mqtts:// (default: MQTT_PORT on this machine)')
    .option('--tls-ca <file>', 'authority that signed the certificate of the broker, PEM')
    .option('--tls-insecure', 'take any certificate of the broker')
    .option('--truth <file>', 'write what truly happened, as NDJSON')
    .option('--json', 'progress and summary as JSON lines')
    .action(simulate)
}

async function simulate(options: SimulateOptions): Promise<void> {
  const { devices, seed, rate = devices / SECONDS_PER_REPORT, json = false } = options
  const { api = defaultApiUrl() } = options
  const demo = loadScenario('demo')
  const run = runFleet({
    scenario: {
      ...demo,
      fleet: { ...demo.fleet, devices, rate },
      city: { ...demo.city, seed },
      seed: options.variation ?? demo.seed,
    },
    duration: options.for,
    endpoint: brokerEndpoint(options),
    service: options.register ? await serviceAddress(api, options.token) : null,
  })
  const stopListening = onInterruption(() => void run.stop())
  const display = fleetDisplay(options.for, json)
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
    if (options.truth) writeTruth(options.truth, run)
  }
}

const writeTruth = (file: string, run: FleetRun): void =>
  writeFileSync(file, [...run.truth()].map((line) => `${JSON.stringify(line)}\n`).join(''))

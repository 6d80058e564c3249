import { startService } from '#main.ts'
import { messageOf } from '#model/error.ts'
import { readConfig } from '#runtime/config.ts'
import { createLogger } from '#runtime/logger.ts'
import { runFleet } from '#simulator/fleet/run-fleet.ts'
import { loadScenario } from '#simulator/scenario/shipped-scenarios.ts'
import { parseEndpoint } from '#simulator/transport/endpoint.ts'
import { adminToken } from './admin-token.ts'
import { caseLine } from './case-line.ts'
import { ensureConsole } from './console/build-console.ts'
import { demoPeople } from './demo-people.ts'
import { onSignals } from './on-signals.ts'
import { ProgressLine } from './progress-line.ts'

/**
 * `npm run demo`: the service, its own database, a city and its devices in one process, and each
 * new case as a line, until Ctrl-C.
 */
const line = new ProgressLine()

async function demo(): Promise<void> {
  const config = readConfig(process.env)
  // The demonstration speaks for itself; only what must not be is logged.
  const log = createLogger(process.env['LOG_LEVEL'] ? config.log.level : 'error')
  const { token } = await adminToken(config.http.adminToken, config.store.dataDir)
  await ensureConsole(() => line.print('Building the console, once …'))
  line.print('Starting the service and its database …')
  const service = await startService(config, token, log)
  const [mqtt = ''] = service.mqttUrls
  const { logins, password } = await demoPeople(
    { url: service.httpUrl, token },
    config.store.dataDir,
  )
  line.print('')
  line.print(`  The console is at ${service.httpUrl}`)
  line.print(`  Sign in as ${logins.join(' or ')} with the password ${password}`)
  line.print('')
  line.print(`HTTP   ${service.httpUrl}/api/docs`)
  for (const url of service.mqttUrls) line.print(`MQTT   ${url}`)
  line.print(`Token  ${token}`)
  line.print(`Try    curl -H 'Authorization: Bearer ${token}' ${service.httpUrl}/api/v1/cases`)
  line.print('Ctrl-C ends the demonstration and leaves no process behind.')

  const run = runFleet({
    // The same city every time; what goes wrong in it differs.
    scenario: { ...loadScenario('demo'), seed: String(Date.now()) },
    duration: null,
    endpoint: parseEndpoint(mqtt, { verified: true }),
    service: { url: service.httpUrl, token },
    marks: true,
  })
  let cases = 0
  service.onCommitted((_batch, { cases: changed }) => {
    for (const { type, case: one } of changed) {
      if (type === 'opened') cases++
      line.print(caseLine(type, one, config.city.timeZone))
    }
  })
  const timer = setInterval(() => {
    const at = run.progress()
    line.show(
      `${at.stage}: ${at.connected}/${at.devices} devices connected, ${at.published} readings ` +
        `published, ${at.acknowledged} acknowledged, lag ${at.lag_ms} ms, ` +
        `${at.incidentsBegun} faults begun, ${cases} new cases`,
    )
  }, line.everyMs)
  const end = async (): Promise<void> => {
    clearInterval(timer)
    line.end()
    line.print('Stopping …')
    await run.stop()
    await service.stop()
  }
  let ending: Promise<void> | undefined
  const stop = (): Promise<void> => (ending ??= end())
  onSignals(stop)
  const reason = await Promise.race([service.failed, run.finished.then(() => undefined)])
  await stop()
  if (reason) throw reason
}

demo().catch((error: unknown) => {
  line.print(`The demonstration cannot go on: ${messageOf(error)}`)
  process.exit(1)
})

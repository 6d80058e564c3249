import { isWanmiError } from '#model/error.ts'
import { type Clock, systemClock } from '#runtime/clock.ts'
import { type Config, readConfig } from '#runtime/config.ts'
import { checkCertificates } from './check-certificates.ts'
import { checkClock } from './check-clock.ts'
import { checkDatabase } from './check-database.ts'
import { checkFolders } from './check-folders.ts'
import { checkMachine } from './check-machine.ts'
import { checkPorts } from './check-ports.ts'
import { checkSecrets } from './check-secrets.ts'
import { checkService } from './check-service.ts'
import { type Findings, fault, ok } from './finding.ts'

/**
 * Looks at everything that keeps Wanmi from working, or will, with the settings it would be started
 * with. It starts, makes and changes nothing, and works beside a running service.
 */
export async function examine(
  env: Readonly<Record<string, string | undefined>>,
  clock: Clock = systemClock,
): Promise<Findings> {
  const read = readSettings(env)
  if (!read.config) return read.findings
  const { config } = read
  const service = await checkService(config)
  const database = await checkDatabase(config)
  const calendar = database.facts?.calendar ?? null
  const now = clock.now()
  return [
    ...read.findings,
    service.finding,
    ...(await checkPorts(config, service.isRunning)),
    ...database.findings,
    ...(await checkFolders(config)),
    ...(await checkClock(config.city.timeZone, now, calendar)),
    ...(await checkCertificates(config, now)),
    ...(await checkMachine(config)),
    ...(await checkSecrets(config)),
  ]
}

/** With settings that cannot be read nothing else can be looked at. */
function readSettings(env: Readonly<Record<string, string | undefined>>): {
  readonly findings: Findings
  readonly config?: Config
} {
  try {
    const config = readConfig(env)
    return {
      config,
      findings: [ok('settings', 'Every setting can be read.', '所有设置均可读取。')],
    }
  } catch (error) {
    if (!isWanmiError(error)) throw error
    const faults = error.detail['faults'] as readonly string[] | undefined
    return {
      findings: (faults ?? [error.message]).map((text) =>
        fault('settings', `${text}.`, `设置有误：${text}。`),
      ),
    }
  }
}

import { startService } from '#main.ts'
import { messageOf } from '#model/error.ts'
import { readConfig } from '#runtime/config.ts'
import { createLogger } from '#runtime/logger.ts'
import { adminToken } from './admin-token.ts'
import { ensureConsole } from './console/build-console.ts'
import { onSignals } from './on-signals.ts'

/** `npm start`: the service until it is told to stop. Addresses on standard output, log on standard error. */
try {
  const config = readConfig(process.env)
  const log = createLogger(config.log.level)
  const { token, isNew } = await adminToken(config.http.adminToken, config.store.dataDir)
  await ensureConsole(() => console.error('Building the console, once …')).catch(
    // The city is watched without it too.
    (error: unknown) => log.warn({ reason: messageOf(error) }, 'the console is not built'),
  )
  const service = await startService(config, token, log)
  onSignals(() => service.stop(), { reload: () => service.reload() })
  console.log(`HTTP  ${service.httpUrl}  (API documentation at ${service.httpUrl}/api/docs)`)
  for (const url of service.mqttUrls) console.log(`MQTT  ${url}`)
  if (isNew)
    console.log(`Admin token, shown this once and kept in ${config.store.dataDir}: ${token}`)
  const reason = await Promise.race([service.failed, service.succeeded])
  if (reason === undefined) {
    console.log('Wanmi hands over to a younger process')
    await service.handOver()
    process.exit(0)
  }
  console.error(`Wanmi stops: ${messageOf(reason)}`)
  await service.stop()
  process.exit(1)
} catch (error) {
  console.error(`Wanmi does not start: ${messageOf(error)}`)
  process.exit(1)
}

/**
 * The service as it ships, on its own database, with `BENCH_DEVICES` registered devices: covers, unless
 * `BENCH_KIND` says otherwise.
 */
import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { startService } from '#main.ts'
import { readConfig } from '#runtime/config.ts'
import { createLogger } from '#runtime/logger.ts'

const DEVICES = Number(process.env['BENCH_DEVICES'] ?? 1_000)
const KIND = process.env['BENCH_KIND'] ?? 'manhole-cover'
const TOKEN = 'token-of-the-bench'
const secret = process.env['BENCH_SECRET'] ?? ''
const config = readConfig({
  ...process.env,
  HTTP_PORT: '0',
  MQTT_PORT: '0',
  HTTP_HOST: '127.0.0.1',
})
const service = await startService(config, TOKEN, createLogger('warn'))

const rows = Array.from({ length: DEVICES }, (_, index) => `load-${index},${KIND},${secret}`)
const response = await fetch(`${service.httpUrl}/api/v1/imports/devices`, {
  method: 'POST',
  headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'text/csv' },
  body: `id,kind,secret\n${rows.join('\n')}\n`,
})
if (!response.ok) throw new Error(await response.text())
const portOf = (scheme: string): number =>
  Number(new URL(service.mqttUrls.find((url) => url.startsWith(scheme)) ?? 'mqtt://a:0').port)
const { httpUrl } = service
console.log(JSON.stringify({ port: portOf('mqtt:'), wsPort: portOf('ws:'), httpUrl }))

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What is left when nothing is due: bytes of heap and memory, sockets and timers. */
function remains() {
  collect()
  const { heapUsed, rss, external } = process.memoryUsage()
  const sockets = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
  return { heapUsed, rss, external, sockets }
}

process.on('message', (request) => {
  if (request === 'http') process.send?.({ http: service.httpUrl, token: TOKEN })
  if (request === 'remains') process.send?.({ remains: remains() })
  if (request !== 'metrics') return
  void fetch(`${service.httpUrl}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
    .then((answer) => answer.text())
    .then((text) => process.send?.({ metrics: text }))
})
await once(process, 'SIGTERM')
await service.stop()
process.exit()

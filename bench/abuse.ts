/**
 * What a healthy device notices while others abuse the broker, each in turn:
 * `npm run bench -- abuse [--seconds 6] [--wide]`. `--wide` sets every limit as wide as it goes.
 *
 * The whole service with its database as it ships, attackers in a process of their own. A healthy
 * device sends one QoS 1 message after the other; its PUBACK times while nothing else happens come
 * first, and every abuse is a ratio to that. Machine and attackers share the same cores, so a ratio
 * holds the price of the attacker's own work too.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { HealthyClient } from '#tests/broker/fuzz/healthy-client.ts'
import { ABUSES, spawnAbuse } from './abuse/attacker.ts'
import { startTarget } from './target-process.ts'

const SECRET = 'a-secret-long-enough-to-be-random'
const PAUSE_MS = 1_500

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    wide: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)

const WIDE = {
  MQTT_VAIN_CONNECTIONS_PER_S: '1000000',
  MQTT_PACKET_TIMEOUT_MS: '1000000',
  MQTT_FILTERS_MAX: '10000',
  MQTT_GUESSES_PER_ADDRESS: '1000000',
  MQTT_GUESSES_PER_DEVICE: '10000',
  MQTT_GUESSES_PER_DEVICE_AND_ADDRESS: '1000',
  MQTT_RATE_FACTOR: '0',
  MQTT_TAKEOVERS_MAX: '1000',
  MQTT_TAKEOVER_WINDOW_S: '1',
}

const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-abuse-'))
await chmod(folder, 0o755)
const wanmi = await startTarget('wanmi', {
  DATA_DIR: folder,
  BENCH_SECRET: SECRET,
  ...(values.wide ? WIDE : {}),
})
const rows: Record<string, string | number>[] = []
try {
  const healthy = await HealthyClient.start(wanmi.port, { id: 'load-0', secret: SECRET })
  await sleep(2_000)
  healthy.look()
  await sleep(seconds * 1_000)
  const quiet = healthy.look()
  rows.push({ abuse: 'none', 'p50 ms': quiet.p50Ms, 'p99 ms': quiet.p99Ms, 'max ms': quiet.maxMs })
  for (const [index, abuse] of ABUSES.entries()) {
    const attacker = await spawnAbuse({
      abuse,
      deviceId: `load-${index + 1}`,
      port: wanmi.port,
      secret: SECRET,
      seconds: seconds + 1,
    })
    await sleep(1_000)
    healthy.look()
    await sleep(seconds * 1_000)
    const health = healthy.look()
    const done = await attacker.done
    rows.push({
      abuse,
      'p50 ms': health.p50Ms,
      'p99 ms': health.p99Ms,
      'max ms': health.maxMs,
      'p99 ratio': Number((health.p99Ms / quiet.p99Ms).toFixed(1)),
      'attempts a second': Math.round(done / (seconds + 1)),
    })
    await sleep(PAUSE_MS)
  }
  const health = await healthy.stop()
  console.table(rows)
  console.log({ 'healthy messages': health.sent, 'without PUBACK': 0 })
} finally {
  await wanmi.stop()
  await rm(folder, { recursive: true, force: true })
}

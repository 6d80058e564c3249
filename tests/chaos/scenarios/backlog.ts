import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { FlushOrder, FlushResult } from '#tests/chaos/flush-child.ts'
import { secretOf } from '#tests/chaos/herd.ts'
import type { Scenario } from '#tests/chaos/scenario.ts'
import type { Stage } from '#tests/chaos/stage.ts'
import { pause, untilFlowing } from '#tests/chaos/waiting.ts'
import { askApi } from '#tests/support/service-process.ts'

const DAY_MS = 86_400_000
const STEP_MS = 300_000
const READINGS = DAY_MS / STEP_MS
const LIVE_P95_MS = 2_000

export const backlog: Scenario = {
  name: 'backlog',
  title: '5,000 devices flush a day of readings while others report as ever',
  herd: (isShort) =>
    isShort ? { devices: 20, perSecond: 100 } : { devices: 500, perSecond: 500, window: 5 },
  async play({ stage, herd, isShort, progress, saw, fault }) {
    const order: FlushOrder = {
      port: stage.service.mqttPort,
      name: 'flushing',
      devices: isShort ? 100 : 5_000,
      readings: READINGS,
      array: READINGS / 3,
      from: Math.floor((Date.now() - DAY_MS) / STEP_MS) * STEP_MS,
      stepMs: STEP_MS,
    }
    await register(stage, order)
    const child = spawn(
      process.execPath,
      [path.resolve('tests/chaos/flush-child.ts'), JSON.stringify(order)],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    const ended = once(child, 'exit')
    const lines = createInterface({ input: child.stdout })
    progress(`${order.devices} devices connect`)
    await Promise.race([once(lines, 'line'), ended])
    await untilFlowing(herd)
    await pause(1)
    herd.measure()
    await pause(isShort ? 1 : 10)
    const before = percentiles(herd.lags)
    herd.measure()
    progress('they flush')
    child.stdin.end('go\n')
    const [line] = (await once(lines, 'line')) as [string]
    const { messages, acknowledged, seconds, connectionsLost } = JSON.parse(line) as FlushResult
    const during = percentiles(herd.lags)
    if (acknowledged < messages) fault(`${messages - acknowledged} of the backlog unacknowledged`)
    if (connectionsLost > 0) fault(`${connectionsLost} of those that flush were cut off`)
    const [stored] = await stage.sql<{ count: number }>(
      `SELECT count(*)::integer AS count FROM reading_manhole_cover WHERE device_id ~ '^flushing-'`,
    )
    const wanted = order.devices * order.readings
    if (stored?.count !== wanted) fault(`${stored?.count} of ${wanted} readings are stored`)
    if (during.p95 > LIVE_P95_MS) fault(`PUBACK p95 of the others is ${during.p95} ms`)
    saw(`${wanted} readings in ${messages} messages within ${seconds} s`)
    saw(`PUBACK p95 of the others: before ${before.p95} ms, meanwhile ${during.p95} ms`)
    saw(
      `(p50 ${before.p50} and ${during.p50} ms, the longest ${before.most} and ${during.most} ms)`,
    )
  },
}

const percentiles = (lags: { percentile(share: number): number; readonly max: number }) => ({
  p50: lags.percentile(50),
  p95: lags.percentile(95),
  most: lags.max,
})

async function register(stage: Stage, { name, devices }: FlushOrder): Promise<void> {
  const rows = Array.from({ length: devices }, (_, index) => {
    const id = `${name}-${index}`
    return `${id},manhole-cover,${secretOf(id)},${STEP_MS / 1_000}`
  })
  await askApi(stage.service, '/api/v1/imports/devices', {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: `id,kind,secret,reportingInterval_s\n${rows.join('\n')}\n`,
  })
}

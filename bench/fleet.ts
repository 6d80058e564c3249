/**
 * What a fleet costs the process that plays it: memory and processor time of so many devices at one
 * message a minute, `npm run bench -- fleet [--devices 19500] [--seconds 60]`.
 *
 * The broker is a sink in another process that acknowledges and forgets, so that the figures are of
 * the fleet alone. Resident memory is that of the whole process, also of the city it made up; what
 * the kernel holds for a socket is not in it. A process may open only so many files: see `ulimit -n`.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { minutes, seconds } from '#model/time.ts'
import { runFleet } from '#simulator/fleet/run-fleet.ts'
import { loadScenario } from '#simulator/scenario/shipped-scenarios.ts'
import { startTarget } from './target-process.ts'

const MIB = 2 ** 20
const SETTLE_MS = 10_000

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '19500' },
    seconds: { type: 'string', default: '60' },
  },
})
const devices = Number(values.devices)
const measured_s = Number(values.seconds)

const sink = await startTarget('sink')
const demo = loadScenario('demo')
const before = process.memoryUsage().rss
const begunAt = performance.now()
const run = runFleet({
  scenario: { ...demo, fleet: { ...demo.fleet, devices, rate: devices / 60 } },
  duration: minutes(60),
  endpoint: { host: '127.0.0.1', port: sink.port },
  service: null,
  drain: seconds(5),
})
try {
  const planned = process.memoryUsage().rss
  await run.started
  const connected_s = (performance.now() - begunAt) / 1_000
  await sleep(SETTLE_MS)
  const cpu = process.cpuUsage()
  const from = performance.now()
  let most = 0
  for (let second = 0; second < measured_s; second += 1) {
    await sleep(1_000)
    most = Math.max(most, process.memoryUsage().rss)
  }
  const { user, system } = process.cpuUsage(cpu)
  const elapsed_ms = performance.now() - from
  const { connected, published, acknowledged, lagP99_ms } = run.progress()
  console.log({
    devices,
    connected,
    'seconds to connect': Math.round(connected_s),
    'messages published': published,
    acknowledged,
    'lag p99, ms': lagP99_ms,
    'share of a core': Number(((user + system) / 1_000 / elapsed_ms).toFixed(3)),
    'resident, most, MiB': Math.round(most / MIB),
    'of it for the program, MiB': Math.round(before / MIB),
    'with the city and its plan, MiB': Math.round(planned / MIB),
    'KiB per device in all': Number(((most - before) / devices / 1_024).toFixed(1)),
  })
} finally {
  await run.stop()
  await sink.stop()
}

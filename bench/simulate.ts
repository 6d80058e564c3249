/**
 * What a simulated city costs, `npm run bench -- simulate [--devices 100000] [--seconds 600]`.
 *
 * First a dry run of the demo scenario at a message a minute and device, with one worker and with
 * two: time to the first lines, then lines per second of wall time and processor time per line
 * (all threads, garbage collection included) over the last two thirds of the run. The lines go to
 * `--out`, /dev/null when absent. Then, kind by kind, what one emission costs without lines,
 * workers or merging, and what memory a device takes: in the registry (the city with its parts),
 * and for what it measures with.
 *
 * What the numbers do not say: what a scenario with many incidents and faults costs; how a disk
 * that is slower than the lines come slows them.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { KIND_NAMES } from '#model/kinds.ts'
import { epochMs, seconds } from '#model/time.ts'
import { dryRun } from '#simulator/run/dry-run.ts'
import { planRun, type RunOrder } from '#simulator/run/run-plan.ts'
import { WHOLE } from '#simulator/run/shard.ts'
import { loadScenario } from '#simulator/scenario/shipped-scenarios.ts'
import { emissions } from '#simulator/stream/emissions.ts'
import { createWorld } from '#simulator/world/world.ts'

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '600' },
    out: { type: 'string', default: '/dev/null' },
  },
})
const startedAt = epochMs(Date.UTC(2026, 10, 23, 2))
const PER_KIND = 20_000

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function order(devices: number, mix?: Readonly<Record<string, number>>): RunOrder {
  const demo = loadScenario('demo')
  const fleet = { ...demo.fleet, devices, mix: mix ?? demo.fleet.mix, rate: devices / 60 }
  const incidents = mix ? { scheduled: [], random: null } : demo.incidents
  const scenario = { ...demo, fleet, incidents }
  return { scenario, startedAt, duration: seconds(Number(values.seconds)) }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

async function throughput(workers: number): Promise<Record<string, number>> {
  const file = openSync(values.out, 'w')
  const marks: { readonly wall: number; readonly cpu: number; readonly messages: number }[] = []
  const begun = performance.now()
  const { bytes, messages } = await dryRun({
    order: order(Number(values.devices)),
    workers,
    write: (chunk) => void writeSync(file, chunk),
    onProgress: (done) =>
      marks.push({ wall: performance.now(), cpu: cpuMs(), messages: done.messages }),
  })
  closeSync(file)
  const [first, from, to] = [0, Math.floor(marks.length / 3), marks.length - 1].map(
    (index) => marks[index],
  )
  if (!first || !from || !to || from === to) throw new Error('the run is too short to be measured')
  const count = to.messages - from.messages
  return {
    workers,
    messages,
    'MB written': Math.round(bytes / 1e6),
    'first lines, s': Number(((first.wall - begun) / 1_000).toFixed(1)),
    'messages/s': Math.round((count / (to.wall - from.wall)) * 1_000),
    'cpu µs/message': Number((((to.cpu - from.cpu) * 1_000) / count).toFixed(2)),
    'cpu cores': Number(((to.cpu - from.cpu) / (to.wall - from.wall)).toFixed(2)),
    'resident MiB': Math.round(process.memoryUsage().rss / 2 ** 20),
  }
}

function heapBytes(): number {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function costOf(kind: string): Record<string, number | string> {
  const empty = heapBytes()
  const plan = planRun(order(PER_KIND, { [kind]: 1 }))
  const planned = heapBytes()
  const stream = emissions(createWorld(plan), WHOLE)
  // Each device has measured several times before the clock is looked at.
  for (let count = 0; count < 3 * PER_KIND; count += 1) stream.next()
  const equipped = heapBytes()
  const from = cpuMs()
  for (let count = 0; count < 5 * PER_KIND; count += 1) stream.next()
  const spent_ms = cpuMs() - from
  return {
    kind,
    'cpu µs/emission': Number(((spent_ms * 1_000) / (5 * PER_KIND)).toFixed(2)),
    'bytes, in the city': Math.round((planned - empty) / PER_KIND),
    'bytes, to measure': Math.round((equipped - planned) / PER_KIND),
  }
}

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}, Node ${process.version}`,
)
console.table([await throughput(1), await throughput(2)])
console.table(KIND_NAMES.map(costOf))

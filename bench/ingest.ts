/**
 * Durable messages a second through the whole service, beside bare aedes that stores nothing and the
 * same rows by COPY alone, in one run: `npm run bench -- ingest [--rounds 3] [--seconds 6]`.
 *
 * 1,000 clients on loopback, 150-byte QoS 1 messages, 1 and 20 in flight each. The targets take
 * turns, `--rounds` times, and the median of each is what counts. Generator, service and database
 * share the machine's cores; ratios between targets of one run mean something, the absolute figures
 * only on the same machine in the same mood: how many cores others kept busy meanwhile is told.
 */
import { execFile } from 'node:child_process'
import { parseArgs, promisify } from 'node:util'
import {
  machine,
  median,
  RunTimes,
  SECRET,
  startBareAedes,
  startWanmi,
  type Target,
} from './load/service.ts'
import { COVER_PAYLOAD, type LoadResult, spawnLoad } from './load.ts'

const CLIENTS = 1_000
const IN_FLIGHT = [20, 1] as const

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
    // Seconds between two readings of a device in its own time: covers report each hour.
    step: { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)

interface Run extends LoadResult {
  readonly target: string
  readonly inFlight: number
}

const times = new RunTimes()

async function load({ name, port, watch }: Target, inFlight: number): Promise<Run> {
  const result = await spawnLoad({
    port,
    clients: CLIENTS,
    traffic: { inFlight },
    seconds,
    warmupSeconds: 2,
    devicePrefix: 'load-',
    secret: SECRET,
    payload: COVER_PAYLOAD,
    firstAt: times.next(),
    stepMs: Number(values.step) * 1_000,
    watch,
  })
  console.error(`${name}, ${inFlight} in flight: ${result.perSecond} messages/s`)
  return { target: name, inFlight, ...result }
}

async function compareBrokers(): Promise<Run[]> {
  const runs: Run[] = []
  const targets = [
    await startBareAedes(),
    await startWanmi(),
    await startWanmi({ name: 'wanmi, no rules', hasRules: false }),
  ]
  try {
    for (let round = 0; round < rounds; round++)
      for (const inFlight of IN_FLIGHT)
        for (const target of targets) runs.push(await load(target, inFlight))
  } finally {
    for (const target of targets) await target.stop()
  }
  return runs
}

function summary(runs: readonly Run[], target: string, inFlight: number) {
  const own = runs.filter((run) => run.target === target && run.inFlight === inFlight)
  const of = (pick: (run: Run) => number) => median(own.map(pick))
  return {
    target,
    'in flight': inFlight,
    'messages/s': of((run) => run.perSecond),
    'PUBACK p50 ms': of((run) => run.pubackP50Ms),
    'PUBACK p99 ms': of((run) => run.pubackP99Ms),
    'node µs/message': of((run) => run.cpuUsPerMessage[0] ?? Number.NaN),
    'database µs/message': of((run) => run.cpuUsPerMessage[1] ?? 0),
    'generator load': of((run) => run.generatorLoad),
    'load of others, cores': of((run) => run.othersLoad),
  }
}

/** Rows a second of batches of 4,000 by binary COPY, nothing else running. */
async function copyRate(): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['bench/copy.ts', '--json'])
  const figures = JSON.parse(stdout) as Record<string, { rowsPerSecond: number }>
  return figures['pg-copy-streams, 4000 rows']?.rowsPerSecond ?? Number.NaN
}

const runs = await compareBrokers()
const copied = await copyRate()
const table = IN_FLIGHT.flatMap((inFlight) =>
  ['bare aedes', 'wanmi', 'wanmi, no rules'].map((target) => summary(runs, target, inFlight)),
)
const rate = (target: string, inFlight: number): number =>
  table.find((row) => row.target === target && row['in flight'] === inFlight)?.['messages/s'] ?? 0
const ratios = {
  'wanmi / bare aedes, 20 in flight': (rate('wanmi', 20) / rate('bare aedes', 20)).toFixed(2),
  'wanmi / bare aedes, 1 in flight': (rate('wanmi', 1) / rate('bare aedes', 1)).toFixed(2),
  'no rules / bare aedes, 20 in flight': (
    rate('wanmi, no rules', 20) / rate('bare aedes', 20)
  ).toFixed(2),
  'wanmi / no rules, 20 in flight': (rate('wanmi', 20) / rate('wanmi, no rules', 20)).toFixed(2),
  'wanmi / no rules, 1 in flight': (rate('wanmi', 1) / rate('wanmi, no rules', 1)).toFixed(2),
  'wanmi / COPY alone, 20 in flight': (rate('wanmi', 20) / copied).toFixed(2),
}
if (values.json) {
  console.log(
    JSON.stringify({ machine: machine(), rounds, seconds, table, copied, ratios }, null, 2),
  )
} else {
  console.log(machine())
  console.table(table)
  console.log({ 'COPY alone, rows/s': copied, ...ratios })
}

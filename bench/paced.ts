/**
 * How soon a message is acknowledged, and so committed, at a given rate:
 * `npm run bench -- paced [--rate 20000] [--clients 1000] [--seconds 8] [--rounds 3] [--fresh]`.
 *
 * Messages are sent at times that are set beforehand, one after the other and client by client,
 * whether or not those before are acknowledged; a PUBACK is timed from there. The generator shares
 * the cores with service and database, and how late it is itself with a message is in the PUBACK's
 * time. Beside it bare aedes, which stores nothing; a program that does nothing but commit and acknowledge;
 * the disk alone, to which as much is written and synced without a service or a database; and the machine
 * alone, how much of the time it stands still with nothing to do. They take turns, once without counting; the
 * median of the rounds is what counts.
 * The database writes into log files that were there before, as it does once its first checkpoint is
 * through; `--fresh` leaves it as it is right after it was made. The command fails where the service takes
 * longer than 2 ms at the median or 10 ms at the 99th percentile.
 */
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import type { DiskResult } from './load/disk-alone.ts'
import type { MachineResult } from './load/machine-alone.ts'
import {
  machine,
  median,
  RunTimes,
  SECRET,
  scratch,
  startBareAedes,
  startCommitOnly,
  startWanmi,
  type Target,
} from './load/service.ts'
import { useLog } from './load/used-log.ts'
import { COVER_PAYLOAD, type LoadResult, spawnLoad } from './load.ts'
import { metricOf } from './target-process.ts'

const P50_MS = 2
const P99_MS = 10

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '20000' },
    clients: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    fresh: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const clients = Number(values.clients)
const rounds = Number(values.rounds)
const WARMUP_S = 2
/** As often as a cover reports, or so much oftener that a round of one device is a day's readings at most. */
const REPORTS_MS = 300_000
const DAY_MS = 24 * 3_600_000
const stepMs = Math.min(
  REPORTS_MS,
  Math.floor((DAY_MS * clients) / (Number(values.rate) * (Number(values.seconds) + 2 * WARMUP_S))),
)

// Of the last days, as those of a city are: of older ones a service has other things to do.
const times = new RunTimes({ runs: rounds + 1, runDays: 1 })
const service = await startWanmi({
  devices: clients,
  env: { INGEST_MAX_AGE_DAYS: String(Math.max(30, rounds + 3)) },
})
const commitOnly = await startCommitOnly()
if (!values.fresh) for (const { folder } of [service, commitOnly]) await useLog(folder)
const targets: readonly Target[] = [await startBareAedes(), commitOnly, service]
const runs = new Map<string, LoadResult[]>(targets.map(({ name }) => [name, []]))
const folder = await scratch()
const disk: DiskResult[] = []
const alone: MachineResult[] = []
/** Of the service's young objects, in each round with its warm-up. */
const collections: { readonly perSecond: number; readonly meanMs: number }[] = []

async function resultOf<Result>(program: string, asked: string): Promise<Result> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, asked])
  return JSON.parse(stdout) as Result
}

async function measureMachine(): Promise<void> {
  const result = await resultOf<MachineResult>('bench/load/machine-alone.ts', values.seconds)
  alone.push(result)
  const share = (100 * result.stoodStill).toFixed(1)
  console.error(`machine alone: stood still ${share} % of the time, at most ${result.longestMs} ms`)
}

async function measureDisk(): Promise<void> {
  const file = path.join(folder, 'log')
  const asked = { file, perSecond: Number(values.rate), seconds: Number(values.seconds) }
  const result = await resultOf<DiskResult>('bench/load/disk-alone.ts', JSON.stringify(asked))
  disk.push(result)
  console.error(`disk alone: p50 ${result.p50Ms} ms, p99 ${result.p99Ms} ms`)
}

interface Collected {
  readonly count: number
  readonly seconds: number
}

const COLLECTED = 'nodejs_gc_duration_seconds'

const collectedSoFar = async (): Promise<Collected> => ({
  count: await metricOf(service.process, `${COLLECTED}_count{kind="minor"}`),
  seconds: await metricOf(service.process, `${COLLECTED}_sum{kind="minor"}`),
})

function noteCollections(before: Collected, after: Collected): void {
  const count = after.count - before.count
  collections.push({
    perSecond: Number((count / (Number(values.seconds) + WARMUP_S)).toFixed(1)),
    meanMs: Number(((1_000 * (after.seconds - before.seconds)) / count).toFixed(1)),
  })
}

const load = ({ port, watch }: Target, firstAt: number): Promise<LoadResult> =>
  spawnLoad({
    port,
    clients,
    traffic: { perSecond: Number(values.rate) },
    seconds: Number(values.seconds),
    warmupSeconds: WARMUP_S,
    devicePrefix: 'load-',
    secret: SECRET,
    payload: COVER_PAYLOAD,
    firstAt,
    stepMs,
    watch,
  })

try {
  // Not counted: what a program does often is compiled once it has run for a while.
  const beforehand = times.next()
  for (const target of targets) await load(target, beforehand)
  for (let round = 0; round < rounds; round++) {
    await measureMachine()
    await measureDisk()
    const firstAt = times.next()
    for (const target of targets) {
      const { name } = target
      const before = name === service.name ? await collectedSoFar() : undefined
      const result = await load(target, firstAt)
      runs.get(name)?.push(result)
      if (before) noteCollections(before, await collectedSoFar())
      const { pubackP50Ms, pubackP99Ms, othersLoad } = result
      console.error(`${name}: p50 ${pubackP50Ms} ms, p99 ${pubackP99Ms} ms, others ${othersLoad}`)
    }
  }
} finally {
  for (const target of targets) await target.stop()
  await rm(folder, { recursive: true, force: true })
}

/** Each round, the lowest and the highest of them beside the median. */
const spread = (numbers: readonly number[]): string =>
  `${Math.min(...numbers)}-${Math.max(...numbers)}`

const rowOf = (all: readonly number[]) => ({ median: median(all), spread: spread(all) })
const floor = {
  ...Object.fromEntries(
    (['p50Ms', 'p99Ms', 'syncP50Ms', 'syncP99Ms', 'syncMaxMs'] as const).map((name) => [
      `disk ${name}`,
      rowOf(disk.map((each) => each[name])),
    ]),
  ),
  'machine stood still, %': rowOf(
    alone.map(({ stoodStill }) => Number((100 * stoodStill).toFixed(2))),
  ),
  'machine stood still, longest ms': rowOf(alone.map(({ longestMs }) => longestMs)),
  'collections of young objects a second': rowOf(collections.map(({ perSecond }) => perSecond)),
  'collections of young objects, mean ms': rowOf(collections.map(({ meanMs }) => meanMs)),
}

const isInTime = ({ pubackP50Ms, pubackP99Ms }: LoadResult): boolean =>
  pubackP50Ms <= P50_MS && pubackP99Ms <= P99_MS

const table = [...runs].map(([target, results]) => {
  const of = (pick: (result: LoadResult) => number) => median(results.map(pick))
  return {
    target,
    'messages/s': of((run) => run.perSecond),
    'PUBACK p50 ms': of((run) => run.pubackP50Ms),
    'p50 of rounds': spread(results.map((run) => run.pubackP50Ms)),
    'PUBACK p99 ms': of((run) => run.pubackP99Ms),
    'p99 of rounds': spread(results.map((run) => run.pubackP99Ms)),
    'generator late p50 ms': of((run) => run.lateP50Ms),
    'late p99 ms': of((run) => run.lateP99Ms),
    'rounds within both': `${results.filter(isInTime).length} of ${results.length}`,
    unanswered: Math.max(...results.map((run) => run.unanswered)),
    'node µs/message': of((run) => run.cpuUsPerMessage[0] ?? Number.NaN),
    'database µs/message': of((run) => run.cpuUsPerMessage[1] ?? 0),
    'generator load': of((run) => run.generatorLoad),
    'load of others, cores': of((run) => run.othersLoad),
  }
})
if (values.json) console.log(JSON.stringify({ machine: machine(), table, floor }))
else {
  console.log(machine())
  console.table(table)
  console.log('the disk and the machine alone, and Node among its work')
  console.table(floor)
}
/** Of the service beside the commit alone, round by round. */
const ratioOf = (pick: (result: LoadResult) => number): number => {
  const least = runs.get(commitOnly.name) ?? []
  const ratios = (runs.get(service.name) ?? []).map(
    (run, round) => pick(run) / pick(least[round] as LoadResult),
  )
  return Number(median(ratios).toFixed(2))
}
const p50 = ratioOf((run) => run.pubackP50Ms)
const p99 = ratioOf((run) => run.pubackP99Ms)
console.log(
  `${service.name} beside ${commitOnly.name}, median of the rounds: p50 ${p50}, p99 ${p99}`,
)

const wanmi = table.find(({ target }) => target === service.name)
const isMet =
  (wanmi?.['PUBACK p50 ms'] ?? Number.NaN) <= P50_MS &&
  (wanmi?.['PUBACK p99 ms'] ?? Number.NaN) <= P99_MS
console.log(`p50 at most ${P50_MS} ms, p99 at most ${P99_MS} ms: ${isMet ? 'met' : 'missed'}`)
if (!isMet) process.exitCode = 1

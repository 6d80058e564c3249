/**
 * Durable messages a second through the whole service, beside bare aedes that stores nothing, the
 * same rows by COPY alone, and a naive subscriber, in one run: `npm run bench -- ingest`.
 *
 * 1,000 clients on loopback, 150-byte QoS 1 messages, 1 and 20 in flight each. The targets take
 * turns, `--rounds` times, and the median of each is what counts. Generator, service and database
 * share the machine's cores; ratios between targets of one run mean something, the absolute figures
 * only on the same machine in the same mood.
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openDatabase } from '#store/database.ts'
import { COVER_PAYLOAD, type LoadResult, spawnLoad } from './load.ts'
import { startTarget, type TargetProcess } from './target-process.ts'

const SECRET = 'a-secret-long-enough-to-be-random'
const CLIENTS = 1_000
const IN_FLIGHT = [20, 1] as const

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
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

/**
 * Between two readings of a device, in its own time: five minutes unless `--step` names other
 * seconds, twelve times as often as covers report. Each run lies after those before.
 */
const STEP_MS = Number(values.step) * 1_000
const RUN_MS = 10 * 24 * 3_600_000
const DAYS = 1_000
const TARGET = { BENCH_SECRET: SECRET, INGEST_MAX_AGE_DAYS: String(DAYS + 1) }
let runAt = Date.now() - DAYS * 24 * 3_600_000

const load = async (
  name: string,
  target: Pick<TargetProcess, 'port'>,
  inFlight: number,
  watch: readonly { pid: number; tree: boolean }[],
): Promise<Run> => {
  const result = await spawnLoad({
    port: target.port,
    clients: CLIENTS,
    inFlight,
    seconds,
    warmupSeconds: 2,
    devicePrefix: 'load-',
    secret: SECRET,
    payload: COVER_PAYLOAD,
    firstAt: runAt,
    stepMs: STEP_MS,
    watch,
  })
  runAt += RUN_MS
  console.error(`${name}, ${inFlight} in flight: ${result.perSecond} messages/s`)
  return { target: name, inFlight, ...result }
}

async function scratch(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-bench-'))
  await chmod(folder, 0o755)
  return folder
}

/** In which there is no rule. */
async function emptyFolder(folder: string): Promise<string> {
  const rules = path.join(folder, 'no-rules')
  await mkdir(rules)
  return rules
}

/** The postmaster of the database in a data directory. */
async function postmasterOf(dataDir: string): Promise<number> {
  const file = path.join(dataDir, 'database', 'cluster', 'postmaster.pid')
  return Number((await readFile(file, 'utf8')).split('\n', 1)[0])
}

async function compareBrokers(): Promise<Run[]> {
  const runs: Run[] = []
  const folder = await scratch()
  const [wanmi, without] = [
    await startTarget('wanmi', { DATA_DIR: path.join(folder, 'a'), ...TARGET }),
    await startTarget('wanmi', {
      DATA_DIR: path.join(folder, 'b'),
      RULES_DIR: await emptyFolder(folder),
      ...TARGET,
    }),
  ]
  const bare = await startTarget('bare-aedes')
  const watchOf = async ({ pid }: TargetProcess, name: string) => [
    { pid, tree: false },
    { pid: await postmasterOf(path.join(folder, name)), tree: true },
  ]
  const [watchWanmi, watchWithout] = [await watchOf(wanmi, 'a'), await watchOf(without, 'b')]
  try {
    for (let round = 0; round < rounds; round++) {
      for (const inFlight of IN_FLIGHT) {
        runs.push(await load('bare aedes', bare, inFlight, [{ pid: bare.pid, tree: false }]))
        runs.push(await load('wanmi', wanmi, inFlight, watchWanmi))
        runs.push(await load('wanmi, no rules', without, inFlight, watchWithout))
      }
    }
  } finally {
    await bare.stop()
    await wanmi.stop()
    await without.stop()
    await rm(folder, { recursive: true, force: true })
  }
  return runs
}

/** Rows a second that a subscriber with an INSERT per message really writes. */
async function naiveRate(): Promise<number> {
  const folder = await scratch()
  const config = { ...readConfig({}).store, dataDir: folder }
  const database = await openDatabase(config, silentLogger)
  const url = database.embedded?.url('wanmi') ?? ''
  const bare = await startTarget('bare-aedes')
  const naive = await startTarget('naive-subscriber', {
    DATABASE_URL: url,
    BROKER_PORT: String(bare.port),
  })
  try {
    const running = load('naive subscriber', bare, 20, [])
    await sleep(3_000)
    const before = await inserted(naive)
    const begun = performance.now()
    await sleep(Math.min(seconds, 4) * 1_000)
    const after = await inserted(naive)
    const rate = (after - before) / ((performance.now() - begun) / 1_000)
    await running
    return Math.round(rate)
  } finally {
    naive.child.kill('SIGKILL')
    bare.child.kill('SIGKILL')
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function inserted({ child }: TargetProcess): Promise<number> {
  child.send('inserted')
  const [answer] = (await once(child, 'message')) as [{ inserted: number }]
  return answer.inserted
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

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
const naive = await naiveRate()
const table = IN_FLIGHT.flatMap((inFlight) =>
  ['bare aedes', 'wanmi', 'wanmi, no rules'].map((target) => summary(runs, target, inFlight)),
)
const rate = (target: string, inFlight: number): number =>
  table.find((row) => row.target === target && row['in flight'] === inFlight)?.['messages/s'] ?? 0
const ratios = {
  'wanmi / bare aedes, 20 in flight': (rate('wanmi', 20) / rate('bare aedes', 20)).toFixed(2),
  'wanmi / bare aedes, 1 in flight': (rate('wanmi', 1) / rate('bare aedes', 1)).toFixed(2),
  'wanmi / no rules, 20 in flight': (rate('wanmi', 20) / rate('wanmi, no rules', 20)).toFixed(2),
  'wanmi / no rules, 1 in flight': (rate('wanmi', 1) / rate('wanmi, no rules', 1)).toFixed(2),
  'wanmi / COPY alone, 20 in flight': (rate('wanmi', 20) / copied).toFixed(2),
  'wanmi / naive subscriber, 20 in flight': (rate('wanmi', 20) / naive).toFixed(1),
}
const machine = {
  processor: cpus()[0]?.model,
  cores: cpus().length,
  memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
  node: process.version,
}
if (values.json) {
  console.log(JSON.stringify({ machine, rounds, seconds, table, copied, naive, ratios }, null, 2))
} else {
  console.log(machine)
  console.table(table)
  console.log({ 'COPY alone, rows/s': copied, 'naive subscriber, rows/s': naive, ...ratios })
}

/**
 * What the spool takes while the database stands still, beside what the database takes, and how
 * devices fare while it is drained, in one run: `npm run bench -- spool`.
 *
 * 1,000 clients on loopback, 150-byte QoS 1 messages. The processes of the database are stopped with
 * SIGSTOP, so that the commit under way hangs, and go on with SIGCONT. Generator, service, database
 * and disk are shared: the ratios of one run mean something, the absolute figures only on the same
 * machine in the same mood. How long an fsync takes is the disk's: the program prints it.
 */
import { chmod, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { COVER_PAYLOAD, type LoadResult, spawnLoad } from './load.ts'
import { pidsOfTree } from './process-cpu.ts'
import { metricOf, startTarget, type TargetProcess } from './target-process.ts'

const SECRET = 'a-secret-long-enough-to-be-random'
const AFTER_MS = 3_000
const DAYS = 1_000
const STEP_MS = 300_000
const RUN_MS = 10 * 24 * 3_600_000

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    json: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)

const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-bench-'))
await chmod(folder, 0o755)
let runAt = Date.now() - DAYS * 24 * 3_600_000

async function load({ port }: TargetProcess, inFlight: number): Promise<LoadResult> {
  const result = await spawnLoad({
    port,
    clients: 1_000,
    traffic: { inFlight },
    seconds,
    warmupSeconds: 4,
    devicePrefix: 'load-',
    secret: SECRET,
    payload: COVER_PAYLOAD,
    firstAt: runAt,
    stepMs: STEP_MS,
  })
  runAt += RUN_MS
  return result
}

async function signalDatabase(signal: 'SIGSTOP' | 'SIGCONT'): Promise<void> {
  const file = path.join(folder, 'database', 'cluster', 'postmaster.pid')
  const postmaster = Number((await readFile(file, 'utf8')).split('\n', 1)[0])
  for (const pid of pidsOfTree(postmaster)) process.kill(pid, signal)
}

/** The median of 50 appends of 4 KiB, each with its fdatasync. */
async function fsyncMs(): Promise<number> {
  const file = await open(path.join(folder, 'fsync'), 'w')
  const took: number[] = []
  for (let n = 0; n < 50; n++) {
    const begun = performance.now()
    await file.write(Buffer.alloc(4_096, n))
    await file.datasync()
    took.push(performance.now() - begun)
  }
  await file.close()
  return took.toSorted((a, b) => a - b)[25] ?? Number.NaN
}

const row = (name: string, { perSecond, pubackP50Ms, pubackP99Ms, disconnected }: LoadResult) => ({
  name,
  'messages/s': perSecond,
  'PUBACK p50 ms': pubackP50Ms,
  'PUBACK p99 ms': pubackP99Ms,
  'cut off': disconnected,
})

const target = await startTarget('wanmi', {
  DATA_DIR: folder,
  BENCH_SECRET: SECRET,
  INGEST_MAX_AGE_DAYS: String(DAYS + 1),
  SPOOL_AFTER_MS: String(AFTER_MS),
})
try {
  const fsync = await fsyncMs()
  const direct = await load(target, 20)
  const directSlow = await load(target, 1)
  const acknowledgedBefore = await metricOf(target, 'wanmi_messages_acknowledged_total')
  await signalDatabase('SIGSTOP')
  const spooled = await load(target, 20)
  const spooledSlow = await load(target, 1)
  const messages =
    (await metricOf(target, 'wanmi_messages_acknowledged_total')) - acknowledgedBefore
  const bytes = await metricOf(target, 'wanmi_spool_bytes')
  const storedBefore = await metricOf(target, 'wanmi_readings_stored_total')
  await signalDatabase('SIGCONT')
  const begun = performance.now()
  const meanwhile = await load(target, 1)
  while ((await metricOf(target, 'wanmi_spool_records')) > 0) await sleep(100)
  const drainSeconds = (performance.now() - begun) / 1_000
  const drained = (await metricOf(target, 'wanmi_readings_stored_total')) - storedBefore
  const table = [
    row('database, 20 in flight', direct),
    row('spool, 20 in flight', spooled),
    row('database, 1 in flight', directSlow),
    row('spool, 1 in flight', spooledSlow),
    row('while it is drained, 1 in flight', meanwhile),
  ]
  const figures = {
    'fsync ms': Number(fsync.toFixed(2)),
    'spool / database, 20 in flight': (spooled.perSecond / direct.perSecond).toFixed(2),
    'spool / database, 1 in flight': (spooledSlow.perSecond / directSlow.perSecond).toFixed(2),
    'bytes a message': Math.round(bytes / messages),
    'messages spooled': messages,
    'stored in the drain, new ones too': drained,
    'seconds until all was drained': Number(drainSeconds.toFixed(1)),
    'drained a second': Math.round(drained / drainSeconds),
  }
  const machine = { processor: cpus()[0]?.model, cores: cpus().length, node: process.version }
  if (values.json) console.log(JSON.stringify({ machine, table, figures }, null, 2))
  else {
    console.log(machine)
    console.table(table)
    console.log(figures)
  }
} finally {
  await signalDatabase('SIGCONT').catch(() => undefined)
  await target.stop()
  await rm(folder, { recursive: true, force: true })
}

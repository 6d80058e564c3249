/**
 * What viewers of the live feed cost: `npm run bench -- live [--viewers 1000] [--devices 10000]
 * [--rounds 2] [--seconds 8] [--warmup 2] [--rate 1000] [--only full] [--json]`.
 *
 * Trucks drive through a city and say where they are, as often as trucks do (`paced`: `--rate` messages
 * a second in all) and as fast as they are acknowledged (`full`); with viewers of neighbourhoods,
 * quarters and the whole city, and with viewers of the whole city alone. Before and after each of these
 * runs is one without viewers, and the mean of the two is what its rate is a share of: a machine that
 * becomes slower while it is measured does not tell against who comes later. A tenth of the viewers
 * stops reading at once and goes on at the end. Service, database, trucks and viewers are processes of
 * their own on the same cores: what viewers read with is taken from the service too, so that beside the
 * rate it is said how much of the cores each of them took.
 */
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Child, startChild } from './live/child.ts'
import type { LoadRun } from './live/moving-load.ts'
import type { Group, ViewersReport } from './live/viewers.ts'
import { median, postmasterOf } from './load/service.ts'
import { busyMsOfMachine, cpuMsOf, cpuMsOfTree } from './process-cpu.ts'
import { startTarget, type TargetProcess } from './target-process.ts'

const SECRET = 'a-secret-long-enough-to-be-random'

const { values: options } = parseArgs({
  options: {
    viewers: { type: 'string', default: '1000' },
    devices: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '8' },
    rate: { type: 'string', default: '1000' },
    warmup: { type: 'string', default: '2' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const viewers = Number(options.viewers)
const devices = Number(options.devices)
const seconds = Number(options.seconds)

const group = (times: number, share: number): Group => {
  const count = Math.round(viewers * share)
  return { times, viewers: count, stalled: Math.round(count / 10) }
}
const NOBODY = 'nobody'
/** Who watches; a neighbourhood is a hundredth of the city. */
const AUDIENCES: Readonly<Record<string, readonly Group[]>> = {
  [NOBODY]: [],
  'eight of ten a neighbourhood': [group(10, 0.8), group(2, 0.15), group(1, 0.05)],
  'all the whole city': [group(1, 1)],
}
/** Messages a second; null: the next as soon as the last is acknowledged. */
const RATES: Readonly<Record<string, number | null>> = Object.fromEntries(
  Object.entries({ paced: Number(options.rate), full: null }).filter(
    ([name]) => options.only === undefined || options.only === name,
  ),
)

/** Cores that each was busy on. */
interface Cores {
  readonly service: number
  readonly database: number
  readonly trucks: number
  readonly viewers: number
  readonly others: number
}

interface Run extends LoadRun {
  readonly rate: string
  readonly audience: string
  readonly cores: Cores
  readonly viewersMib: number
  readonly ageP50_ms: number
  readonly ageP99_ms: number
  readonly residentMib: number
  readonly ended: number
}

interface Parts {
  readonly wanmi: TargetProcess
  /** Of the database; null where it is not ours, and counts among the others. */
  readonly postmaster: number | null
  readonly load: Child
  readonly audience: Child
}

const workSoFar = ({ wanmi, postmaster, load, audience }: Parts): Cores => {
  const service = cpuMsOf(wanmi.pid)
  const known = {
    service,
    database: postmaster === null ? 0 : cpuMsOfTree(postmaster),
    trucks: cpuMsOf(load.pid),
    viewers: cpuMsOf(audience.pid),
  }
  const { database, trucks, viewers: readers } = known
  return { ...known, others: busyMsOfMachine() - service - database - trucks - readers }
}

function coresBetween(before: Cores, after: Cores, took_ms: number): Cores {
  const of = (part: keyof Cores): number => (after[part] - before[part]) / took_ms
  return {
    service: of('service'),
    database: of('database'),
    trucks: of('trucks'),
    viewers: of('viewers'),
    others: of('others'),
  }
}

async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024
}

async function one(parts: Parts, rate: string, who: string): Promise<Run> {
  const { wanmi, load, audience } = parts
  const groups = AUDIENCES[who] ?? []
  const perSecond = RATES[rate] ?? null
  if (groups.length > 0) await audience.ask({ open: groups })
  await load.ask({ run: { seconds: Number(options.warmup), perSecond } })
  await audience.ask({ report: true })
  const [begun, before] = [performance.now(), workSoFar(parts)]
  const run = await load.ask<LoadRun>({ run: { seconds, perSecond } })
  const cores = coresBetween(before, workSoFar(parts), performance.now() - begun)
  const told = await audience.ask<ViewersReport>({ report: true })
  const resident = await residentMib(wanmi.pid)
  await audience.ask({ close: true })
  console.error(`${rate}, ${who}: ${run.perSecond} messages/s`)
  return {
    rate,
    audience: who,
    ...run,
    cores,
    viewersMib: told.bytes / seconds / 2 ** 20,
    ageP50_ms: told.ageP50_ms,
    ageP99_ms: told.ageP99_ms,
    residentMib: resident,
    ended: told.ended,
  }
}

/** Viewers who stood still while everything drove on: how many end with the newest of every truck. */
async function resumed({ load, audience }: Parts) {
  const stalled = Math.min(viewers, 50)
  await audience.ask({ open: [{ times: 1, viewers: stalled, stalled }] })
  await load.ask<LoadRun>({ run: { seconds, perSecond: null } })
  const last = await load.ask<number[]>({ last: true })
  await audience.ask({ resume: true })
  const isNewest = (known: Readonly<Record<string, number>>): boolean =>
    last.every((at, n) => known[`load-${n}`] === at)
  const begun = performance.now()
  for (;;) {
    const known = await audience.ask<Readonly<Record<string, number>>[]>({ known: true })
    const count = known.filter(isNewest).length
    const took_s = (performance.now() - begun) / 1_000
    if (count === stalled || took_s > 60) {
      await audience.ask({ close: true })
      return { stalled, withTheNewest: count, seconds: Number(took_s.toFixed(1)) }
    }
    await sleep(500)
  }
}

const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-bench-'))
await chmod(folder, 0o755)
const wanmi = await startTarget('wanmi', {
  DATA_DIR: folder,
  BENCH_SECRET: SECRET,
  BENCH_DEVICES: String(devices),
  BENCH_KIND: 'refuse-truck',
})
wanmi.child.send('http')
const [{ http, token }] = (await once(wanmi.child, 'message')) as [{ http: string; token: string }]
const load = startChild('bench/live/moving-load.ts', { port: wanmi.port, devices, secret: SECRET })
const audience = startChild('bench/live/viewers.ts', { http, token })

try {
  const isOurs = (process.env['DATABASE_URL'] ?? '') === ''
  const parts: Parts = {
    wanmi,
    postmaster: isOurs ? await postmasterOf(folder) : null,
    load,
    audience,
  }
  await load.ask({ connect: true })
  const runs: Run[] = []
  for (const rate of Object.keys(RATES)) {
    runs.push(await one(parts, rate, NOBODY))
    for (let round = 0; round < Number(options.rounds); round += 1) {
      for (const who of Object.keys(AUDIENCES)) {
        if (who === NOBODY) continue
        runs.push(await one(parts, rate, who))
        runs.push(await one(parts, rate, NOBODY))
      }
    }
  }
  const ends = await resumed(parts)
  const table = Object.keys(RATES).flatMap((rate) =>
    Object.keys(AUDIENCES).map((who) => summary(runs, rate, who)),
  )
  if (options.json) console.log(JSON.stringify({ table, ends }))
  else {
    console.log(
      `${cpus()[0]?.model ?? ''} × ${cpus().length}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
    )
    console.table(table)
    console.log(ends)
  }
  if (ends.withTheNewest < ends.stalled) process.exitCode = 1
} finally {
  await Promise.all([load.end(), audience.end()])
  await wanmi.stop()
  await rm(folder, { recursive: true, force: true })
}

/** Of each run the rate beside the mean of the two without viewers about it. */
function shares(runs: readonly Run[], rate: string, who: string): readonly number[] {
  const own = runs.filter((run) => run.rate === rate)
  return own.flatMap(({ audience: name, perSecond }, index) => {
    if (name !== who || who === NOBODY) return []
    const [before, after] = [own[index - 1]?.perSecond ?? 0, own[index + 1]?.perSecond ?? 0]
    return [perSecond / ((before + after) / 2)]
  })
}

function summary(runs: readonly Run[], rate: string, who: string) {
  const own = runs.filter((run) => run.rate === rate && run.audience === who)
  const of = (pick: (run: Run) => number, digits = 0): number =>
    Number((own.reduce((sum, run) => sum + pick(run), 0) / own.length).toFixed(digits))
  const each = shares(runs, rate, who)
  return {
    rate,
    'who watches': who,
    'messages/s': of((run) => run.perSecond),
    'of that without': each.length === 0 ? '' : median(each).toFixed(2),
    spread:
      each.length === 0 ? '' : `${Math.min(...each).toFixed(2)}-${Math.max(...each).toFixed(2)}`,
    'PUBACK p50 ms': of((run) => run.pubackP50_ms, 1),
    'PUBACK p99 ms': of((run) => run.pubackP99_ms, 1),
    'service µs/message': of((run) => (run.cores.service * 1e6) / run.perSecond, 1),
    'database µs/message': of((run) => (run.cores.database * 1e6) / run.perSecond, 1),
    'cores: service': of((run) => run.cores.service, 2),
    database: of((run) => run.cores.database, 2),
    trucks: of((run) => run.cores.trucks, 2),
    viewers: of((run) => run.cores.viewers, 2),
    others: of((run) => run.cores.others, 2),
    'told MiB/s': of((run) => run.viewersMib, 2),
    'age p50 ms': of((run) => run.ageP50_ms),
    'age p99 ms': of((run) => run.ageP99_ms),
    'service MiB': of((run) => run.residentMib),
    'let go': of((run) => run.ended),
  }
}

/**
 * What viewers of the live feed cost: `npm run bench -- live [--viewers 1000] [--devices 10000]
 * [--rounds 2] [--seconds 8] [--warmup 2] [--rate 1000] [--json]`.
 *
 * Trucks drive through a city and say where they are, as often as trucks do (`--rate` messages a second
 * in all) and as fast as they are acknowledged; each without viewers, with viewers of neighbourhoods,
 * quarters and the whole city, and with viewers of the whole city alone, taking turns. A tenth of the
 * viewers stops reading at once and goes on at the end. Service, database, trucks and viewers are
 * processes of their own on the same cores: what viewers read with is taken from the service too, so
 * that beside the rate the work of the service for a message counts.
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
import { cpuMsOf } from './process-cpu.ts'
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
/** Who watches; a neighbourhood is a hundredth of the city. */
const AUDIENCES: Readonly<Record<string, readonly Group[]>> = {
  nobody: [],
  'eight of ten a neighbourhood': [group(10, 0.8), group(2, 0.15), group(1, 0.05)],
  'all the whole city': [group(1, 1)],
}
const RATES: Readonly<Record<string, number | null>> = {
  paced: Number(options.rate),
  'as fast as acknowledged': null,
}

interface Run extends LoadRun {
  readonly rate: string
  readonly audience: string
  readonly serviceUs: number
  readonly viewersMib: number
  readonly ageP50_ms: number
  readonly ageP99_ms: number
  readonly residentMib: number
  readonly ended: number
}

async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024
}

async function one(
  parts: { readonly wanmi: TargetProcess; readonly load: Child; readonly audience: Child },
  rate: string,
  who: string,
): Promise<Run> {
  const { wanmi, load, audience } = parts
  const groups = AUDIENCES[who] ?? []
  const perSecond = RATES[rate] ?? null
  if (groups.length > 0) await audience.ask({ open: groups })
  await load.ask({ run: { seconds: Number(options.warmup), perSecond } })
  await audience.ask({ report: true })
  const before = cpuMsOf(wanmi.pid)
  const run = await load.ask<LoadRun>({ run: { seconds, perSecond } })
  const work_ms = cpuMsOf(wanmi.pid) - before
  const told = await audience.ask<ViewersReport>({ report: true })
  const resident = await residentMib(wanmi.pid)
  await audience.ask({ close: true })
  console.error(`${rate}, ${who}: ${run.perSecond} messages/s`)
  return {
    rate,
    audience: who,
    ...run,
    serviceUs: (work_ms * 1_000) / run.acknowledged,
    viewersMib: told.bytes / seconds / 2 ** 20,
    ageP50_ms: told.ageP50_ms,
    ageP99_ms: told.ageP99_ms,
    residentMib: resident,
    ended: told.ended,
  }
}

/** Viewers who stood still while everything drove on: how many end with the newest of every truck. */
async function resumed({ load, audience }: { readonly load: Child; readonly audience: Child }) {
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
  await load.ask({ connect: true })
  const runs: Run[] = []
  for (let round = 0; round < Number(options.rounds); round += 1) {
    for (const rate of Object.keys(RATES)) {
      for (const who of Object.keys(AUDIENCES)) {
        runs.push(await one({ wanmi, load, audience }, rate, who))
      }
    }
  }
  const ends = await resumed({ load, audience })
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

function summary(runs: readonly Run[], rate: string, who: string) {
  const mean = (name: string, pick: (run: Run) => number): number => {
    const own = runs.filter((run) => run.rate === rate && run.audience === name)
    return own.reduce((sum, run) => sum + pick(run), 0) / own.length
  }
  const of = (pick: (run: Run) => number, digits = 0): number =>
    Number(mean(who, pick).toFixed(digits))
  const ratio = mean(who, (run) => run.perSecond) / mean('nobody', (run) => run.perSecond)
  return {
    rate,
    'who watches': who,
    'messages/s': of((run) => run.perSecond),
    'of that without': Number(ratio.toFixed(2)),
    'PUBACK p50 ms': of((run) => run.pubackP50_ms, 1),
    'PUBACK p99 ms': of((run) => run.pubackP99_ms, 1),
    'service µs/message': of((run) => run.serviceUs, 1),
    'told MiB/s': of((run) => run.viewersMib, 2),
    'age p50 ms': of((run) => run.ageP50_ms),
    'age p99 ms': of((run) => run.ageP99_ms),
    'service MiB': of((run) => run.residentMib),
    'let go': of((run) => run.ended),
  }
}

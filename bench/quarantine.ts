/**
 * How fast refused messages are run again: `npm run bench -- quarantine [--messages 60000]`.
 *
 * 1,000 covers send messages that are older than the service takes, so that all are refused and kept;
 * the service starts again with a limit that lets them pass, and they are run again page by page over
 * HTTP, as `wanmi quarantine replay --all` does. The command fails where fewer than 1,000 a second pass,
 * or any is refused again.
 */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { machine, postmasterOf, SECRET, scratch } from './load/service.ts'
import { COVER_PAYLOAD, spawnLoad } from './load.ts'
import { cpuMsOf, cpuMsOfTree } from './process-cpu.ts'
import { startTarget, type TargetProcess } from './target-process.ts'

const PER_SECOND_MIN = 1_000
const RATE = 5_000
const DAY_MS = 24 * 3_600_000

interface Report {
  readonly resolved: number
  readonly refused: number
  readonly next: string | null
}

const { values } = parseArgs({
  options: { messages: { type: 'string', default: '60000' }, json: { type: 'boolean' } },
})
const folder = await scratch()
const start = (maxAgeDays: number): Promise<TargetProcess> =>
  startTarget('wanmi', {
    DATA_DIR: folder,
    BENCH_SECRET: SECRET,
    INGEST_MAX_AGE_DAYS: String(maxAgeDays),
  })

async function fill(): Promise<void> {
  const target = await start(1)
  await spawnLoad({
    port: target.port,
    clients: 1_000,
    traffic: { perSecond: RATE },
    seconds: Number(values.messages) / RATE,
    warmupSeconds: 0,
    devicePrefix: 'load-',
    secret: SECRET,
    payload: COVER_PAYLOAD,
    firstAt: Date.now() - 20 * DAY_MS,
    stepMs: 300_000,
  })
  await target.stop()
}

async function replay({ child }: TargetProcess) {
  child.send('http')
  const [{ http, token }] = (await once(child, 'message')) as [{ http: string; token: string }]
  let [resolved, refused, pages, slowestMs] = [0, 0, 0, 0]
  let after: string | null = null
  do {
    const begun = performance.now()
    const answer = await fetch(`${http}/api/v1/quarantine/replay`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(after === null ? {} : { after }),
    })
    if (!answer.ok) throw new Error(await answer.text())
    const report = (await answer.json()) as Report
    slowestMs = Math.max(slowestMs, performance.now() - begun)
    resolved += report.resolved
    refused += report.refused
    pages += 1
    after = report.next
  } while (after !== null)
  return { resolved, refused, pages, slowestMs: Math.round(slowestMs) }
}

try {
  await fill()
  const target = await start(30)
  const postmaster = await postmasterOf(folder)
  const before = { service: cpuMsOf(target.pid), database: cpuMsOfTree(postmaster) }
  const begun = performance.now()
  const report = await replay(target)
  const took_ms = performance.now() - begun
  const us = (ms: number): number => Math.round((ms * 1_000) / (report.resolved + report.refused))
  const figures = {
    ...report,
    perSecond: Math.round(((report.resolved + report.refused) * 1_000) / took_ms),
    'service µs a message': us(cpuMsOf(target.pid) - before.service),
    'database µs a message': us(cpuMsOfTree(postmaster) - before.database),
  }
  await target.stop()
  if (values.json) console.log(JSON.stringify({ machine: machine(), figures }))
  else {
    console.log(machine())
    console.table([figures])
  }
  if (!(figures.perSecond >= PER_SECOND_MIN) || report.refused > 0) process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}

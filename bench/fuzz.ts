/**
 * Nonsense against the whole service, with a healthy device beside it:
 * `npm run bench -- fuzz [--sessions 10000] [--seed 万米] [--first 0]`.
 *
 * Every session follows from the seed and its number: a fault names the session, and
 * `--first NUMBER --sessions 1` runs it again. Ends with 1 when anything was found: a fault of a
 * session, a healthy message without its PUBACK, a connection that is left, memory that grows.
 */
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { runCampaign } from '#tests/broker/fuzz/campaign.ts'
import { HealthyClient } from '#tests/broker/fuzz/healthy-client.ts'
import { startTarget, type TargetProcess } from './target-process.ts'

const SECRET = 'a-secret-long-enough-to-be-random'
const LANES = 16
const DEVICES = LANES * 61
const WARM_UP = 1_000
/** What the heap may have grown by when as many sessions again are over. */
const HEAP_GROWTH_MAX = 8 * 2 ** 20

const { values } = parseArgs({
  options: {
    sessions: { type: 'string', default: '10000' },
    first: { type: 'string', default: '0' },
    seed: { type: 'string', default: '万米' },
  },
})

const deviceOf = (index: number) => ({ id: `load-${index}`, secret: SECRET })

interface Remains {
  readonly heapUsed: number
  readonly rss: number
  readonly external: number
  readonly sockets: number
}

async function remainsOf({ child }: TargetProcess): Promise<Remains> {
  child.send('remains')
  const [answer] = (await once(child, 'message')) as [{ remains: Remains }]
  return answer.remains
}

/** Asks until there are so few sockets, or in vain. */
async function settled(target: TargetProcess, sockets: number): Promise<Remains> {
  for (let left = 100; ; left--) {
    const remains = await remainsOf(target)
    if (remains.sockets <= sockets || left === 0) return remains
    await new Promise((resolve) => {
      setTimeout(resolve, 100)
    })
  }
}

const mib = (bytes: number): number => Number((bytes / 2 ** 20).toFixed(1))

const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-fuzz-'))
await chmod(folder, 0o755)
const wanmi = await startTarget('wanmi', {
  DATA_DIR: folder,
  BENCH_SECRET: SECRET,
  BENCH_DEVICES: String(DEVICES + 1),
  MQTT_WS_PORT: '0',
})
try {
  const campaign = {
    seed: values.seed,
    ports: { tcp: wanmi.port, ws: wanmi.wsPort },
    devices: Array.from({ length: DEVICES }, (_, index) => deviceOf(index)),
    concurrency: LANES,
    quietMs: 50,
  }
  const { sockets } = await remainsOf(wanmi)
  const healthy = await HealthyClient.start(wanmi.port, deviceOf(DEVICES))
  const isLong = Number(values.sessions) > WARM_UP
  if (isLong) await runCampaign({ ...campaign, first: 1_000_000, sessions: WARM_UP })
  const before = await settled(wanmi, sockets + 1)
  healthy.look()
  const begun = performance.now()
  const result = await runCampaign({
    ...campaign,
    first: Number(values.first),
    sessions: Number(values.sessions),
  })
  const seconds = Math.round((performance.now() - begun) / 1_000)
  const after = await settled(wanmi, sockets + 1)
  const health = await healthy.stop()
  const last = await settled(wanmi, sockets)
  const faults = [
    ...result.faults,
    ...(last.sockets > sockets ? [`${last.sockets - sockets} sockets were left`] : []),
    ...(isLong && after.heapUsed - before.heapUsed > HEAP_GROWTH_MAX ? ['the heap grew'] : []),
  ]
  console.log({
    seed: values.seed,
    seconds,
    ...result,
    faults,
    'healthy PUBACKs': health.acknowledged,
    'healthy PUBACK ms, p50, p99, max': [health.p50Ms, health.p99Ms, health.maxMs].join(', '),
    'heap MiB, before and after': [mib(before.heapUsed), mib(after.heapUsed)].join(', '),
    'resident MiB, before and after': [mib(before.rss), mib(after.rss)].join(', '),
    'sockets, before and after': [sockets, last.sockets].join(', '),
  })
  if (faults.length > 0) process.exitCode = 1
} finally {
  await wanmi.stop()
  await rm(folder, { recursive: true, force: true })
}

/**
 * What it costs when windows of rules do not fit into memory: `npm run bench -- windows
 * [--devices 1000] [--rounds 5]`.
 *
 * Covers have reported every ten seconds for three hours, so that each has the most a window may hold.
 * The whole library looks at one more reading of each, in turn with room for the windows of all, of half
 * of them and of none. The ledger writes nothing: what is told is the rules' part alone, beside a
 * database that has nothing else to do and has its rows in memory.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { loadRules } from '#cli/load-rules.ts'
import { findKind } from '#model/kinds.ts'
import type { Reading } from '#model/reading.ts'
import { epochMs, hours, minus, plus, seconds } from '#model/time.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { connect, openDatabase } from '#store/database.ts'
import { History } from '#store/history.ts'
import { migrate } from '#store/migrate.ts'
import { benchCity, fleetOf, storeReadings } from './backtest-fleet.ts'
import { inForce, monitorAlone } from './monitor-alone.ts'

const { values: options } = parseArgs({
  options: {
    devices: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '5' },
  },
})
const ROUNDS = Number(options.rounds)
const INTERVAL = seconds(10)
const NOW = epochMs(Date.UTC(2026, 9, 1, 12))
const fleet = fleetOf(Number(options.devices), INTERVAL)
const channels = findKind('manhole-cover')?.channels.length ?? 0

const round = (number: number): readonly Reading[] =>
  fleet.map((device) => ({
    device,
    measuredAt: plus(NOW, seconds(10 * number + 9)),
    seq: 0,
    receivedAt: plus(NOW, seconds(10 * number + 9)),
    serverClock: false,
    values: Array.from({ length: channels }, (_, index) => (index === 1 ? false : 1)),
    extra: null,
  }))

async function withRoom(history: History, windowsMaxBytes: number) {
  const metrics = createMetrics()
  const rules = (await loadRules(null)).map(({ rule }) => inForce(rule))
  const monitor = await monitorAlone(
    rules,
    await benchCity(),
    { find: (id) => fleet.find((device) => device.id === id), all: () => fleet },
    { history, windowsMaxBytes, metrics, clock: { now: () => plus(NOW, hours(1)) } },
  )
  const process = (readings: readonly Reading[]) =>
    monitor.process({ readings, rejections: [], resolved: [] })
  await process(round(0))
  const rereadBefore = await countOf(metrics)
  const begun = performance.now()
  for (let number = 1; number <= ROUNDS; number++) await process(round(number))
  const took_s = (performance.now() - begun) / 1_000
  const { values } = await metrics.windowBytes.get()
  return {
    'window MiB': Number(((values[0]?.value ?? 0) / 2 ** 20).toFixed(1)),
    'read again, of a hundred': Math.round(
      (100 * ((await countOf(metrics)) - rereadBefore)) / (ROUNDS * fleet.length),
    ),
    'readings a second': Math.round((ROUNDS * fleet.length) / took_s),
    bytes: values[0]?.value ?? 0,
  }
}

const countOf = async ({ windowsReread }: ReturnType<typeof createMetrics>): Promise<number> =>
  (await windowsReread.get()).values[0]?.value ?? 0

const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-bench-'))
try {
  // The server's own user, where that is another, has to pass.
  await chmod(folder, 0o755)
  const databaseUrl = process.env['DATABASE_URL'] ?? null
  const config = { ...readConfig({}).store, databaseUrl, dataDir: folder }
  const database = await openDatabase(config, silentLogger)
  try {
    await migrate(database, silentLogger)
    const client = await connect(database.connection)
    const span = { from: minus(NOW, hours(3)), to: NOW, native: !database.timescale }
    await storeReadings(client, fleet, span)
    await client.end()
    const history = new History(database.pool)
    const { bytes, ...all } = await withRoom(history, Infinity)
    const { bytes: _half, ...half } = await withRoom(history, bytes / 2)
    const { bytes: _none, ...none } = await withRoom(history, 0)
    console.table({ 'room for all': all, 'for half': half, 'for none': none })
  } finally {
    await database.close()
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

/**
 * How fast the committer writes readings, and what a row costs Node: `node bench/copy.ts`.
 *
 * Manhole-cover readings with all channels, each commit durable, on the embedded server with its
 * usual settings, or on that of DATABASE_URL, into which it writes. Beside it the same rows by
 * `pg-copy-streams`, encoded by the same writer, and batches of which every reading was stored
 * before. What it does not say: decoding, rules and MQTT cost more than this per message; client and
 * server share the cores here; and the binaries that npm brings are built for size: those of a
 * distribution take a third less time for the same rows.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import { cpuMsOf } from '#bench/process-cpu.ts'
import type { Device } from '#model/device.ts'
import { manholeCover } from '#model/kinds/manhole-cover.ts'
import type { Reading } from '#model/reading.ts'
import { epochMs } from '#model/time.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { CopyBuffer } from '#store/commit/copy-buffer.ts'
import { readingWriter } from '#store/commit/reading-writer.ts'
import { openCommitter } from '#store/committer.ts'
import { connect, openDatabase } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { device as deviceCalled } from '#tests/store/fixtures.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'

const SECONDS = 4
const DEVICES = 1_000

const devices = Array.from({ length: DEVICES }, (_, index) =>
  deviceCalled(`cover-${String(index).padStart(6, '0')}`),
)

let clock = Date.UTC(2026, 10, 23)

/** Each device reports in turn, a millisecond later every round. */
function batch(size: number): Reading[] {
  return Array.from({ length: size }, (_, index) => {
    if (index % DEVICES === 0) clock += 1
    return {
      device: devices[index % DEVICES] as Device,
      measuredAt: epochMs(clock),
      seq: 0,
      receivedAt: epochMs(clock + 80),
      serverClock: false,
      values: [1.25, false, 830.5, 2.1, 0.4, 3, 17.6, 88, -71],
      extra: null,
    }
  })
}

interface Figures {
  readonly rowsPerSecond: number
  readonly nodeMicrosecondsPerRow: number
  /** Of the session that writes, on this machine; writing the log to the disk comes on top. */
  readonly serverMicrosecondsPerRow: number
  readonly millisecondsPerBatch: number
}

/** Batches are made outside of the measured time. */
async function measure(
  size: number,
  sessionPid: number,
  write: (readings: Reading[]) => Promise<unknown>,
) {
  for (let warm = 0; warm < 30; warm++) await write(batch(size))
  let [rows, batches, wallMs, cpuUs] = [0, 0, 0, 0]
  const serverMs = cpuMsOf(sessionPid)
  while (wallMs < SECONDS * 1_000) {
    const readings = batch(size)
    const cpu = process.cpuUsage()
    const start = performance.now()
    await write(readings)
    wallMs += performance.now() - start
    const { user, system } = process.cpuUsage(cpu)
    cpuUs += user + system
    rows += size
    batches += 1
  }
  return {
    rowsPerSecond: Math.round((rows / wallMs) * 1_000),
    nodeMicrosecondsPerRow: Number((cpuUs / rows).toFixed(2)),
    serverMicrosecondsPerRow: Number(
      (((cpuMsOf(sessionPid) - serverMs) * 1_000) / rows).toFixed(2),
    ),
    millisecondsPerBatch: Number((wallMs / batches).toFixed(2)),
  } satisfies Figures
}

const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-bench-'))
// The server's own user, where that is another, has to pass.
await chmod(folder, 0o755)
const url = process.env['DATABASE_URL'] ?? null
const config = { ...readConfig({}).store, databaseUrl: url, dataDir: folder }
const database = await openDatabase(config, silentLogger)
await migrate(database, silentLogger)
const committer = await openCommitter(database, { ...CASE_RULES, timeoutMs: 30_000 }, silentLogger)
const commit = (readings: readonly Reading[]) =>
  committer.commit({
    number: committer.lastNumber + 1,
    at: epochMs(clock),
    readings,
    rejections: [],
    resolved: [],
    episodes: [],
    listened: null,
  })

async function sessionOfCommitter(): Promise<number> {
  const { rows } = await database.pool.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'wanmi writer %'`,
  )
  return rows[0]?.pid ?? 0
}

const results: Record<string, Figures> = {}
for (const size of [1_000, 4_000]) {
  const session = await sessionOfCommitter()
  results[`committer, ${size} rows`] = await measure(size, session, commit)
  const client = await connect(database.connection)
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const streaming = rows[0]?.pid ?? 0
  const writer = readingWriter(manholeCover)
  const buffer = new CopyBuffer()
  const sql = `COPY ${writer.table} (${writer.columns.join(', ')}) FROM STDIN (FORMAT binary)`
  results[`pg-copy-streams, ${size} rows`] = await measure(size, streaming, async (readings) => {
    buffer.reset()
    for (const reading of readings) writer.write(buffer, reading)
    // Without the frames of CopyData and CopyDone, which the stream adds itself.
    const rows = buffer.messages().subarray(5, -5)
    await client.query('BEGIN')
    await pipeline([rows], client.query(copyFrom(sql)))
    await client.query('COMMIT')
  })
  await client.end()
  results[`committer, ${size} rows, encoding alone`] = await measure(
    size,
    session,
    async (readings) => {
      buffer.reset()
      for (const reading of readings) writer.write(buffer, reading)
    },
  )
  const known = batch(size)
  await commit(known)
  results[`committer, ${size} rows, all stored before`] = await measure(size, session, () =>
    commit(known),
  )
}
if (process.argv.includes('--json')) {
  console.log(JSON.stringify(results))
} else {
  console.log(
    `${cpus()[0]?.model ?? ''} × ${cpus().length}, Node ${process.version}, PostgreSQL ${database.version}`,
  )
  console.table(results)
}
await committer.close()
await database.close()
await rm(folder, { recursive: true, force: true })

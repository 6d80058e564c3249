/**
 * How fast rules are tried on history, and in how much memory:
 * `npm run bench -- backtest [--devices 1000] [--interval 60s] [--span 48h]`.
 *
 * Readings of covers are written by COPY in the order of time; then two shipped rules are tried on
 * the last quarter of them and on all of them, each in a process of its own, in the thread and on the
 * connection that the service uses. A rule follows whose channel no device sends, on the last hour:
 * how long it looks for a state that no reading tells. What the figures do not say: the table has just
 * been written and lies in the memory of the machine as far as that goes; rows that came in another
 * order are spread wider; a service that takes readings meanwhile needs a core too.
 */
import { execFile } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { type DurationMs, epochMs, hours, parseDuration, plus } from '#model/time.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { connect, openDatabase } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { fleetOf, storeReadings } from './backtest-fleet.ts'
import type { TrialFigures, TrialOrder } from './backtest-trial.ts'

const { values: options } = parseArgs({
  options: {
    devices: { type: 'string', default: '1000' },
    interval: { type: 'string', default: '60s' },
    span: { type: 'string', default: '48h' },
    json: { type: 'boolean', default: false },
  },
})
const DEVICES = Number(options.devices)
const INTERVAL = spanOf(options.interval)
const SPAN = spanOf(options.span)
const FROM = epochMs(Date.UTC(2026, 9, 1))
const TO = plus(FROM, SPAN)

function spanOf(text: string): DurationMs {
  const span = parseDuration(text)
  if (span === undefined || span === 0) throw new Error(`${text} is no span such as 15m or 30d`)
  return span
}

async function trial(
  order: Pick<TrialOrder, 'connection' | 'from' | 'mute'>,
): Promise<TrialFigures> {
  const given: TrialOrder = { ...order, devices: DEVICES, interval_ms: INTERVAL, to: TO }
  const script = path.join(import.meta.dirname, 'backtest-trial.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(given)])
  return JSON.parse(stdout) as TrialFigures
}

const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-bench-'))
try {
  // The server's own user, where that is another, has to pass.
  await chmod(folder, 0o755)
  const url = process.env['DATABASE_URL'] ?? null
  const config = { ...readConfig({}).store, databaseUrl: url, dataDir: folder }
  const database = await openDatabase(config, silentLogger)
  try {
    await migrate(database, silentLogger)
    const client = await connect(database.connection)
    const native = !database.timescale
    await storeReadings(client, fleetOf(DEVICES, INTERVAL), { from: FROM, to: TO, native })
    await client.end()
    const { types: _types, ...connection } = database.connection
    const lastQuarter = epochMs(TO - SPAN / 4)
    const results = {
      'last quarter': await trial({ connection, from: lastQuarter, mute: false }),
      'all of it': await trial({ connection, from: FROM, mute: false }),
      'a mute channel, last hour': await trial({
        connection,
        from: epochMs(TO - hours(1)),
        mute: true,
      }),
    }
    const load = Number((loadavg()[0] ?? 0).toFixed(1))
    if (options.json) console.log(JSON.stringify({ ...results, load }))
    else {
      const machine = `${cpus()[0]?.model ?? ''} × ${cpus().length}`
      console.log(
        `${machine}, load ${load}, Node ${process.version}, PostgreSQL ${database.version}`,
      )
      console.table(results)
    }
  } finally {
    await database.close()
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}

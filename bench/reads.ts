/**
 * How quick the console is answered among very many readings: `npm run bench -- reads [--readings
 * 100000000] [--devices 100000] [--days 31] [--asks 100] [--limit 50] [--only WORDS] [--plans FILE] [--compress]
 * [--cold] [--json] [--data FOLDER | --database URL]`.
 *
 * A month of a city of five kinds of devices is stored by COPY as the committer stores it, in an embedded
 * PostgreSQL of its own or in the empty database of the URL. With `--data` it stays in that folder, and
 * what is filled there already is measured as it is. The service is asked over HTTP, about another
 * device, day, place or span each time. Fails where an answer takes more than `--limit` milliseconds at
 * the 95th percentile. How the server went about it is written to `--plans`. `--compress`, with TimescaleDB:
 * measured again when every chunk is compressed. `--cold`: before each question the machine forgets what it
 * holds in memory of the files of the database, which have to be on it; and 'days from the disk' are read
 * along the index and together, in turn. 'first devices of a district' are found in readings and in days that
 * are summed up, in turn.
 */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { days, type EpochMs, epochMs, hours, minus } from '#model/time.ts'
import { systemClock } from '#runtime/clock.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { connect, openDatabase } from '#store/database.ts'
import { DaySummaries } from '#store/days/day-summaries.ts'
import { migrate } from '#store/migrate.ts'
import { TopSummaries } from '#store/tops/top-summaries.ts'
import { askService, type Measured } from './reads/ask-service.ts'
import { type ColdPages, coldPages } from './reads/cold-pages.ts'
import { fillDevices, fillReadings, fullCount } from './reads/fill-readings.ts'
import { pagesToForget } from './reads/forget-pages.ts'
import { plansOfReads } from './reads/plans.ts'
import { questions, type Span } from './reads/questions.ts'
import { type ScopedTops, scopedTops } from './reads/scoped-tops.ts'
import { compressAll, refreshAggregates, sizesOf } from './reads/sizes.ts'

const { values: options } = parseArgs({
  options: {
    readings: { type: 'string', default: '100000000' },
    devices: { type: 'string', default: '100000' },
    days: { type: 'string', default: '31' },
    asks: { type: 'string', default: '100' },
    limit: { type: 'string', default: '50' },
    only: { type: 'string', default: '' },
    plans: { type: 'string', default: '.data/reads-plans.txt' },
    compress: { type: 'boolean', default: false },
    cold: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    data: { type: 'string' },
    database: { type: 'string' },
  },
})
const LIMIT_MS = Number(options.limit)
/** From readings each takes as long as they are many. */
const SCOPED_ASKS = Math.min(6, Number(options.asks))
const amount = { devices: Number(options.devices), readings: Number(options.readings) }

const say = (what: string): void => {
  process.stderr.write(`${(performance.now() / 1_000).toFixed(0).padStart(5)} s  ${what}\n`)
}

const folder = options.data ?? (await mkdtemp(path.join(tmpdir(), 'wanmi-bench-')))
await mkdir(folder, { recursive: true })
// The server's own user, where that is another, has to pass.
await chmod(folder, 0o755)
const databaseUrl = options.database ?? process.env['DATABASE_URL'] ?? null
const config = { ...readConfig({}).store, databaseUrl, dataDir: folder }
const database = await openDatabase({ ...config, statementTimeoutMs: 600_000 }, silentLogger)
const client = await connect(database.connection)
const { pool, timescale } = database

interface Summed {
  readonly summaries: TopSummaries
  readonly days: DaySummaries | null
}

/** The span of what is stored; it is filled where nothing is. */
async function filled(): Promise<Span & { readonly share: number }> {
  const { rows } = await client.query<{
    from: EpochMs | null
    to: EpochMs | null
    devices: number
  }>(
    `select min(measured_at) as from, max(measured_at) as to, count(distinct device_id) as devices
     from reading_pipe_gauge`,
  )
  const known = rows[0]
  const hour = hours(1)
  if (known && known.from !== null && known.to !== null) {
    const span = {
      from: epochMs(Math.floor(known.from / hour) * hour),
      until: epochMs(Math.ceil(known.to / hour) * hour),
    }
    const full = await client.query<{ devices: number }>(
      `select count(distinct device_id) as devices from reading_pipe_gauge
       where measured_at < $1`,
      [new Date(span.from + 24 * hour)],
    )
    return { ...span, share: (full.rows[0]?.devices ?? 0) / known.devices }
  }
  const until = epochMs(Math.floor(systemClock.now() / hour) * hour)
  const from = minus(until, days(Number(options.days)))
  await fillDevices(client, amount.devices)
  const stored = await fillReadings(client, { ...amount, from, until, native: !timescale }, say)
  await client.query('CHECKPOINT')
  say(`${stored} readings`)
  if (timescale) await refreshAggregates(client)
  return {
    from,
    until,
    share: Math.min(1, amount.readings / fullCount({ ...amount, from, until })),
  }
}

async function sumUp(): Promise<Summed> {
  const settings = { pool, clock: systemClock, horizonDays: 30, retentionDays: 0 }
  const summaries = new TopSummaries({ ...settings, timescale })
  const days = timescale ? null : new DaySummaries(settings)
  const all = days === null ? [summaries] : [summaries, days]
  for (const each of all) {
    await each.open()
    await each.catchUp({ atOnce: true })
    await each.settle()
    say(each === summaries ? 'the first devices of every hour' : 'every device by the day')
  }
  return { summaries, days }
}

const results: Record<string, readonly Measured[]> = {}
const sizes: Record<string, object> = {}
const plans: string[] = []
const scoped: Record<string, readonly ScopedTops[]> = {}
const cold: Record<string, readonly ColdPages[]> = {}

async function measureAll(name: string, span: Span, share: number, summed: Summed) {
  sizes[name] = await sizesOf(client, timescale)
  const asked = questions(span, amount.devices, share).filter((each) =>
    each.name.includes(options.only),
  )
  const url = databaseUrl ?? database.embedded?.url('wanmi') ?? ''
  const asks = Number(options.asks)
  // Said before anything is asked.
  const before = options.cold ? await pagesToForget(client) : async (): Promise<void> => undefined
  results[name] =
    asked.length === 0
      ? []
      : await askService({ url, folder, asked, asks, limit_ms: LIMIT_MS, before }, say)
  if (options.cold && 'days from the disk'.includes(options.only)) {
    cold[name] = await coldPages(pool, before, { ...span, share, devices: amount.devices, asks })
  }
  if (summed.days !== null && 'first devices of a district'.includes(options.only)) {
    scoped[name] = await scopedTops({ pool, days: summed.days, span, asks: SCOPED_ASKS })
  }
  const parts = { client, pool, timescale, ...summed }
  plans.push(`==== ${name}\n\n${await plansOfReads(parts, span, amount.devices)}`)
}

try {
  await migrate(database, silentLogger)
  const { share, ...span } = await filled()
  const summed = await sumUp()
  await measureAll(timescale ? 'TimescaleDB' : 'partitions', span, share, summed)
  if (timescale && options.compress) {
    await compressAll(client)
    say('compressed')
    await measureAll('TimescaleDB, compressed', span, share, summed)
  }
  await mkdir(path.dirname(options.plans), { recursive: true })
  await writeFile(options.plans, plans.join('\n'))
  const slow = Object.values(results)
    .flat()
    .filter(({ p95_ms }) => p95_ms > LIMIT_MS)
  if (options.json) console.log(JSON.stringify({ sizes, results, cold, scoped }))
  else {
    console.log(
      `${cpus()[0]?.model ?? ''} × ${cpus().length}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}, PostgreSQL ${database.version}`,
    )
    console.table(sizes)
    for (const [name, measured] of Object.entries(results)) {
      console.log(name)
      console.table(measured)
      if (cold[name]) console.table(cold[name])
      if (scoped[name]) console.table(scoped[name])
    }
    console.log(`${slow.length} above ${LIMIT_MS} ms; plans in ${options.plans}`)
  }
  if (slow.length > 0) process.exitCode = 1
} finally {
  await client.end()
  await database.close()
  if (options.data === undefined) await rm(folder, { recursive: true, force: true })
}

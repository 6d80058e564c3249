/**
 * How quick lists and evaluations are among very many cases: `npm run bench -- cases [--closed
 * 1000000] [--open 20000] [--rounds 6] [--only WORDS] [--plans] [--json] [--database URL]`.
 *
 * A year of cases of a city of 480 communities, with the events of its last two months, in an embedded
 * PostgreSQL of its own, or in the empty database of the URL; one that has cases already is measured as
 * it is. Fails where a list takes more than 100 ms, or an evaluation of a month more than 3 s, at the
 * 95th percentile. `--plans` prints how the server went about whatever did.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { cityPeriods } from '#model/evaluation/city-period.ts'
import { days, type EpochMs, epochMs, minus } from '#model/time.ts'
import { systemClock } from '#runtime/clock.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { connect, openDatabase } from '#store/database.ts'
import { createEvaluationDesk } from '#store/evaluation/evaluation-desk.ts'
import { migrate } from '#store/migrate.ts'
import { createCaseQueries } from '#store/queries/cases.ts'
import { evaluationQuestions } from './cases/evaluation-questions.ts'
import { fillCases } from './cases/fill-cases.ts'
import { listQuestions } from './cases/list-questions.ts'
import { type Measured, measure } from './cases/measure.ts'
import { plansOf, recordingPool } from './cases/recording-pool.ts'

const LIST_MS = 100
const EVALUATION_MS = 3_000

const { values: options } = parseArgs({
  options: {
    closed: { type: 'string', default: '1000000' },
    open: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '6' },
    only: { type: 'string', default: '' },
    plans: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    database: { type: 'string' },
  },
})
const rounds = Number(options.rounds)
const DAY = days(1)

const say = (what: string): void => {
  process.stderr.write(`${(performance.now() / 1_000).toFixed(0).padStart(5)} s  ${what}\n`)
}

const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-bench-'))
// The server's own user, where that is another, has to pass.
await chmod(folder, 0o755)
const databaseUrl = options.database ?? process.env['DATABASE_URL'] ?? null
const config = { ...readConfig({}).store, databaseUrl, dataDir: folder }
const database = await openDatabase(config, silentLogger)
const client = await connect(database.connection)

/** When the newest case was reported, to the day after. */
async function filledUntil(): Promise<EpochMs> {
  const newest = async (): Promise<EpochMs | null> =>
    (await client.query<{ at: EpochMs | null }>('select max(reported_at) as at from case_record'))
      .rows[0]?.at ?? null
  const known = await newest()
  if (known !== null) return epochMs(Math.ceil(known / DAY) * DAY)
  const until = epochMs(Math.floor(systemClock.now() / DAY) * DAY)
  const amount = { closed: Number(options.closed), open: Number(options.open) }
  await fillCases(client, { ...amount, until: new Date(until) }, say)
  return until
}

try {
  await migrate(database, silentLogger)
  const until = await filledUntil()
  const { pool, take } = recordingPool(database.pool)
  const queries = createCaseQueries(pool)
  const desk = createEvaluationDesk({ pool, clock: systemClock })
  // The last month that was over when the newest case was reported.
  const { from: running } = cityPeriods('Asia/Shanghai').monthOf(minus(until, DAY))
  const month = cityPeriods('Asia/Shanghai').monthOf(minus(running, DAY))
  const isWanted = ({ name }: { readonly name: string }): boolean => name.includes(options.only)
  const results: (Measured & { readonly limit_ms: number })[] = []

  async function one(name: string, limit_ms: number, ask: (n: number) => Promise<number>) {
    const measured = await measure(name, { rounds, limit_ms }, ask)
    results.push({ ...measured, limit_ms })
    if (measured.p95_ms <= limit_ms) return
    say(`${name}: ${measured.p95_ms} ms`)
    if (!options.plans) return
    take()
    await ask(0)
    for (const plan of await plansOf(client, take())) console.log(`-- ${name}\n${plan}\n`)
  }

  for (const { name, prepare, ask } of listQuestions(until).filter(isWanted)) {
    await prepare?.(queries)
    await one(name, LIST_MS, (n) => ask(queries, n))
  }
  for (const { name, ask } of evaluationQuestions(month).filter(isWanted)) {
    await one(name, EVALUATION_MS, () => ask(desk))
  }

  const slow = results.filter(({ p95_ms, limit_ms }) => p95_ms > limit_ms)
  if (options.json) console.log(JSON.stringify(results))
  else {
    console.log(
      `${cpus()[0]?.model ?? ''} × ${cpus().length}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}, PostgreSQL ${database.version}`,
    )
    console.table(results)
    console.log(`${results.length - slow.length} of ${results.length} are within their limit`)
  }
  if (slow.length > 0) process.exitCode = 1
} finally {
  await client.end()
  await database.close()
  await rm(folder, { recursive: true, force: true })
}

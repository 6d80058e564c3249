/**
 * How fast a rule is tried on history: `npm run bench -- backtest [--devices 1000] [--hours 48]`.
 *
 * Readings of covers, one a minute each, are written by the database itself in the order of time,
 * all channels filled; then two shipped rules are tried on all of them, in the thread and on the
 * connection that the service uses. Prints readings a second and the memory of the process. What it
 * does not say: the table has just been written and lies in the memory of the machine; rows that
 * came in another order are spread wider; a service that takes readings meanwhile needs a core too.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { backtestThread } from '#cli/backtest-thread.ts'
import { loadRules } from '#cli/load-rules.ts'
import { loadSchedules } from '#cli/load-schedules.ts'
import type { Device } from '#model/device.ts'
import { readingTable } from '#model/kind.ts'
import { manholeCover } from '#model/kinds/manhole-cover.ts'
import { epochMs, hours, minutes, plus } from '#model/time.ts'
import { CHINESE_CALENDAR } from '#model/work-calendar.ts'
import type { CityData } from '#monitor/city-data.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { connect, openDatabase } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { makePartitions, partitionOf } from '#store/partitions.ts'

const { values: options } = parseArgs({
  options: {
    devices: { type: 'string', default: '1000' },
    hours: { type: 'string', default: '48' },
    json: { type: 'boolean', default: false },
  },
})
const DEVICES = Number(options.devices)
const FROM = epochMs(Date.UTC(2026, 10, 1))
const TO = plus(FROM, hours(Number(options.hours)))
const TABLE = readingTable(manholeCover)

const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-bench-'))
// The server's own user, where that is another, has to pass.
await chmod(folder, 0o755)
const url = process.env['DATABASE_URL'] ?? null
const config = { ...readConfig({}).store, databaseUrl: url, dataDir: folder }
const database = await openDatabase(config, silentLogger)
await migrate(database, silentLogger)
const writer = await connect(database.connection)
if (!database.timescale) {
  const [first, last] = [partitionOf(FROM), partitionOf(TO)]
  const wanted = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  await makePartitions(writer, TABLE, wanted)
}
await writer.query(
  `INSERT INTO ${TABLE}
   SELECT 'cover-' || lpad(d::text, 6, '0'), m + d * interval '7 ms', 0, m + interval '1 s', false,
     abs(sin(extract(epoch FROM m) / 3000 + d)) * 16, false, 500 + 400 * sin(d + extract(hour FROM m)),
     2, 0.4, 3, 17.6, 88, -71, NULL
   FROM generate_series($1::timestamptz, $2::timestamptz - interval '1 minute', '1 minute') AS m,
     generate_series(1, $3::int) AS d`,
  [new Date(FROM), new Date(TO), DEVICES],
)
await writer.query(`ANALYZE ${TABLE}`)
await writer.end()

const devices = Array.from(
  { length: DEVICES },
  (_, index): Device => ({
    id: `cover-${String(index + 1).padStart(6, '0')}`,
    kind: manholeCover.name,
    label: null,
    place: null,
    address: null,
    partId: null,
    gridCode: null,
    group: null,
    attributes: {},
    coordinateSystem: 'wgs84',
    reportingInterval: minutes(1),
    enabled: true,
  }),
)
const shipped = await loadRules(null)
const rules = ['cover-displaced', 'manhole-high-water'].flatMap((id) => {
  const found = shipped.find(({ rule }) => rule.id === id)
  return found ? [{ ...found, params: {}, isInForce: false }] : []
})

const city: CityData = {
  areas: {},
  schedules: [...(await loadSchedules(null)).values()],
  calendar: CHINESE_CALENDAR,
  timeZone: 'Asia/Shanghai',
  overrides: [],
  revision: '1',
}

let peak_mib = 0
const watch = setInterval(() => {
  peak_mib = Math.max(peak_mib, process.memoryUsage().rss / 1_048_576)
}, 100)
const run = backtestThread(database.connection)
const cpu = process.cpuUsage()
const begun = performance.now()
const { readings, found } = await run(
  { rules, devices, from: FROM, to: TO, city, listened: [], silenceGrace: minutes(5) },
  new AbortController().signal,
  () => undefined,
)
const took_s = (performance.now() - begun) / 1_000
const { user, system } = process.cpuUsage(cpu)
clearInterval(watch)

const result = {
  readings,
  readingsPerSecond: Math.round(readings / took_s),
  nodeMicrosecondsPerReading: Number(((user + system) / readings).toFixed(2)),
  residentMiB: Math.round(peak_mib),
  episodes: found.map((each) => each.length),
}
if (options.json) console.log(JSON.stringify(result))
else {
  console.log(
    `${cpus()[0]?.model ?? ''} × ${cpus().length}, Node ${process.version}, PostgreSQL ${database.version}`,
  )
  console.table([result])
}
await database.close()
await rm(folder, { recursive: true, force: true })

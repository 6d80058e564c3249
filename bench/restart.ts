/**
 * How soon a service with many devices is there again: `npm run bench -- restart [--devices 100000]
 * [--days 3]`.
 *
 * Devices of every kind with some days of readings, one an hour, of trucks and terminals six; every
 * hundredth cover lies displaced, with its open episode. A third of the covers has no gas sensor.
 * Then the service is started as it ships, on a database that runs already and has just been filled,
 * and asked until it takes messages and until every device is remembered. Nothing is sent: whatever
 * changes among the episodes is a transition of the restart's own making, and there must be none.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Client } from 'pg'
import { type DeviceKind, readingTable } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import { days, epochMs, minus } from '#model/time.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { connect, openDatabase } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { makePartitions, partitionOf } from '#store/partitions.ts'

const { values: options } = parseArgs({
  options: {
    devices: { type: 'string', default: '100000' },
    days: { type: 'string', default: '3' },
    rules: { type: 'string' },
    /** How long to look on once every device is remembered. */
    watch: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
  },
})
const DEVICES = Number(options.devices)
const DAYS = Number(options.days)
const TOKEN = 'token-of-the-bench'

interface Part {
  readonly kind: string
  readonly share: number
  readonly every_min: number
  /** SQL by channel, of the number `d` of the device and the instant `m`. */
  readonly values: Readonly<Record<string, string>>
}

const swing = 'sin(d + extract(epoch FROM m) / 7000)'
const PARTS: readonly Part[] = [
  {
    kind: 'manhole-cover',
    share: 0.6,
    every_min: 60,
    values: {
      tilt_deg: 'CASE WHEN d % 100 = 0 THEN 30 ELSE 1.5 END',
      lid_open: 'false',
      level_mm: `300 + 20 * ${swing}`,
      ch4_pct_lel: 'CASE WHEN d % 3 = 0 THEN NULL ELSE 0.4 END',
      vibration_count: '0',
      battery_pct: '88',
      temperature_celsius: '17.6',
    },
  },
  {
    kind: 'bin-sensor',
    share: 0.15,
    every_min: 60,
    values: { fill_pct: `40 + 30 * ${swing}`, tilt_deg: '2', temperature_celsius: '20' },
  },
  {
    kind: 'pipe-gauge',
    share: 0.15,
    every_min: 60,
    values: {
      level_mm: `300 + 20 * ${swing}`,
      flow_l_s: `4 + ${swing}`,
      pressure_kpa: '300',
      battery_pct: '90',
    },
  },
  {
    kind: 'refuse-truck',
    share: 0.05,
    every_min: 10,
    values: {
      lon_deg: '111.0 + (d % 100) * 0.001',
      lat_deg: '35.0 + (d % 77) * 0.001',
      speed_kmh: '0',
      load_kg: '2000',
      ignition: 'false',
      hopper_open: 'false',
      fuel_pct: '60',
    },
  },
  {
    kind: 'patrol-terminal',
    share: 0.05,
    every_min: 10,
    values: { lon_deg: '111.0', lat_deg: '35.0', speed_kmh: '0', sos: 'false', battery_pct: '80' },
  },
]

const kindOf = (name: string): DeviceKind => {
  const kind = findKind(name)
  if (!kind) throw new Error(`there is no kind ${name}`)
  return kind
}

const now = epochMs(Date.now())

async function fill(client: Client, timescale: boolean): Promise<number> {
  let readings = 0
  for (const { kind: name, share, every_min, values } of PARTS) {
    const kind = kindOf(name)
    const table = readingTable(kind)
    const count = Math.round(DEVICES * share)
    await client.query(
      `INSERT INTO device (id, kind, lon_deg, lat_deg, device_group, reporting_interval_ms, secret_hash)
       SELECT $1 || '-' || lpad(d::text, 6, '0'), $1, 111 + (d % 300) * 0.0003, 35 + (d / 300) * 0.0003,
         'group-' || d % 50, $3::int * 60000, 'none'
       FROM generate_series(1, $2::int) AS d`,
      [name, count, every_min],
    )
    if (!timescale) {
      const [first, last] = [partitionOf(minus(now, days(DAYS))), partitionOf(now)]
      const wanted = Array.from({ length: last - first + 1 }, (_, index) => first + index)
      await makePartitions(client, table, wanted)
    }
    const columns = kind.channels.map((channel) => channel.name)
    const unknown = Object.keys(values).filter((channel) => !columns.includes(channel))
    if (unknown.length > 0) throw new Error(`${name} has no ${unknown.join(', ')}`)
    const { rowCount } = await client.query(
      `INSERT INTO ${table} (device_id, measured_at, seq, received_at, server_clock, ${columns.join(', ')})
       SELECT $1 || '-' || lpad(d::text, 6, '0'), m + d % 60 * interval '1 s', 0,
         m + d % 60 * interval '1 s' + interval '1 s', false,
         ${columns.map((column) => values[column] ?? 'NULL').join(', ')}
       FROM generate_series($2::timestamptz, $3::timestamptz, $4::int * interval '1 minute') AS m,
         generate_series(1, $5::int) AS d`,
      [name, new Date(minus(now, days(DAYS))), new Date(now - 60_000), every_min, count],
    )
    readings += rowCount ?? 0
    await client.query(`ANALYZE ${table}`)
  }
  await client.query(
    `INSERT INTO episode (id, device_id, rule_id, rule_version, phenomenon, severity, started_at,
       confirmed_at, evidence, grades)
     SELECT gen_random_uuid(), device_id, 'cover-displaced', 1, 'cover-displaced', 'critical',
       min(measured_at), min(measured_at),
       jsonb_build_array(jsonb_build_object('measuredAt', min(measured_at), 'seq', 0,
         'values', jsonb_build_object('tilt_deg', 30))), '[]'
     FROM reading_manhole_cover WHERE tilt_deg = 30 GROUP BY device_id`,
  )
  await client.query('ANALYZE device; ANALYZE episode; CHECKPOINT')
  return readings
}

/** All that may not be changed by a restart. */
async function fingerprint(client: Client): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ id: string; text: string }>(
    `SELECT id::text, to_jsonb(e)::text AS text FROM episode AS e
     UNION ALL SELECT id::text, to_jsonb(c)::text FROM case_record AS c`,
  )
  return new Map(rows.map(({ id, text }) => [id, text]))
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (!address || typeof address === 'string') throw new Error('no address')
  return address.port
}

interface Run {
  readonly listening_s: number
  readonly warm_s: number
  readonly atListening_mib: number
  readonly atWarm_mib: number
  readonly cpu_s: number
  readonly heap_mib: number
  readonly idle_pct: number
}

async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024
}

/** Starts the service, and ends it when every device was remembered for a while. */
async function restart(databaseUrl: string, dataDir: string, watch_s: number): Promise<Run> {
  const port = await freePort()
  const begun = performance.now()
  const since = (): number => (performance.now() - begun) / 1_000
  const child = spawn(process.execPath, ['cli/launch.mjs', 'start'], {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      DATA_DIR: dataDir,
      ADMIN_TOKEN: TOKEN,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: String(port),
      MQTT_HOST: '127.0.0.1',
      MQTT_PORT: '0',
      LOG_LEVEL: 'warn',
      ...(options.rules ? { RULES_DIR: options.rules } : {}),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const pid = child.pid ?? 0
  const ask = async (where: string): Promise<string> => {
    if (child.exitCode !== null) throw new Error('the service ended')
    const headers = { authorization: `Bearer ${TOKEN}` }
    return fetch(`http://127.0.0.1:${port}${where}`, { headers }).then(
      (answer) => (answer.ok ? answer.text() : ''),
      () => '',
    )
  }
  const metric = async (name: string): Promise<number> =>
    Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(await ask('/metrics'))?.[1])
  try {
    while ((await ask('/health/ready')) === '') await sleep(20)
    const listening_s = since()
    const atListening_mib = await memoryOf(pid)
    while (!(await ask('/health/ready')).includes('"warm"')) await sleep(100)
    const warm_s = since()
    const atWarm_mib = await memoryOf(pid)
    const cpu_s = await metric('process_cpu_seconds_total')
    await sleep(watch_s * 1_000)
    return {
      listening_s,
      warm_s,
      atListening_mib,
      atWarm_mib,
      cpu_s,
      heap_mib: (await metric('nodejs_heap_size_used_bytes')) / 2 ** 20,
      idle_pct: ((await metric('process_cpu_seconds_total')) - cpu_s) * (100 / watch_s),
    }
  } finally {
    if (child.exitCode === null) {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    }
  }
}

const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-bench-'))
// The server's own user, where that is another, has to pass.
await chmod(folder, 0o755)
const given = process.env['DATABASE_URL'] ?? null
const config = { ...readConfig({}).store, databaseUrl: given, dataDir: folder }
const database = await openDatabase(config, silentLogger)
try {
  await migrate(database, silentLogger)
  const url = given ?? database.embedded?.url('wanmi') ?? ''
  const empty = await restart(url, folder, 0)
  const client = await connect(database.connection)
  const readings = await fill(client, database.timescale)
  const before = await fingerprint(client)
  const run = await restart(url, folder, Number(options.watch))
  const after = await fingerprint(client)
  await client.end()
  const changed = [...after].filter(([id, text]) => before.get(id) !== text).length
  const round = (value: number): number => Number(value.toFixed(1))
  const result = {
    devices: DEVICES,
    readings,
    openEpisodes: before.size,
    'seconds to listening': round(run.listening_s),
    'seconds to warm': round(run.warm_s),
    'seconds of Node CPU to warm': round(run.cpu_s),
    transitions: changed + (before.size - [...before.keys()].filter((id) => after.has(id)).length),
    'MiB without devices': Math.round(empty.atListening_mib),
    'MiB listening': Math.round(run.atListening_mib),
    'MiB warm': Math.round(run.atWarm_mib),
    'MiB of heap, settled': Math.round(run.heap_mib),
    'KiB resident a device': round(((run.atWarm_mib - empty.atListening_mib) * 1_024) / DEVICES),
    'per cent of a core while idle': round(run.idle_pct),
  }
  if (options.json) console.log(JSON.stringify(result))
  else {
    console.log(
      `${cpus()[0]?.model ?? ''} × ${cpus().length}, Node ${process.version}, PostgreSQL ${database.version}`,
    )
    console.log(result)
  }
} finally {
  await database.close()
  await rm(folder, { recursive: true, force: true })
}

/**
 * What more connections cost at the same total rate: `npm run bench -- connections
 * [--counts 1000,10000,19000] [--rate 20000] [--seconds 6]`.
 *
 * One service with as many devices as the largest count. Each count gets the same paced messages a
 * second in all, and then as many as it takes with one in flight each. The first count is what the
 * others are held against; the command fails where one of them loses more than a quarter.
 *
 * By default the largest count is what the machine's limit of open files allows a process, at most
 * 50,000: service and generator need one for each connection.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { machine, RunTimes, SECRET, startWanmi } from './load/service.ts'
import { COVER_PAYLOAD, type LoadOptions, spawnLoad } from './load.ts'

const WANTED = [1_000, 10_000, 50_000] as const
/** Files a process has open beside its connections. */
const SPARE_FILES = 500
const LOSS_MAX = 0.25

function openFilesMax(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8')
  return Number(/^Max open files +\d+ +(\d+)/m.exec(limits)?.[1] ?? 1_024)
}

const allowed = Math.floor((openFilesMax() - SPARE_FILES) / 1_000) * 1_000
const { values } = parseArgs({
  options: {
    counts: { type: 'string', default: WANTED.map((each) => Math.min(each, allowed)).join() },
    rate: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '6' },
    json: { type: 'boolean', default: false },
  },
})
const counts = [...new Set(values.counts.split(',').map(Number))]
const most = Math.max(...counts)
if (most < WANTED[2]) {
  console.error(
    `${WANTED[2]} connections need a limit of ${WANTED[2] + SPARE_FILES} open files a process ` +
      `(LimitNOFILE, or nofile in limits.conf); it is ${openFilesMax()} here: up to ${most} are measured`,
  )
}

const wanmi = await startWanmi({ devices: most })
const times = new RunTimes()
const load = (clients: number, traffic: LoadOptions['traffic']) =>
  spawnLoad({
    port: wanmi.port,
    clients,
    traffic,
    seconds: Number(values.seconds),
    warmupSeconds: 3,
    devicePrefix: 'load-',
    secret: SECRET,
    payload: COVER_PAYLOAD,
    firstAt: times.next(),
    stepMs: 300_000,
    watch: wanmi.watch,
  })

const rows = []
try {
  for (const connections of counts) {
    const paced = await load(connections, { perSecond: Number(values.rate) })
    const most = await load(connections, { inFlight: 1 })
    rows.push({
      connections,
      'paced messages/s': paced.perSecond,
      'PUBACK p50 ms': paced.pubackP50Ms,
      'p99 ms': paced.pubackP99Ms,
      'paced node µs/message': paced.cpuUsPerMessage[0] ?? Number.NaN,
      'paced database µs/message': paced.cpuUsPerMessage[1] ?? Number.NaN,
      'one in flight, messages/s': most.perSecond,
      'node µs/message': most.cpuUsPerMessage[0] ?? Number.NaN,
      'database µs/message': most.cpuUsPerMessage[1] ?? Number.NaN,
      'load of others, cores': paced.othersLoad,
      disconnected: paced.disconnected + most.disconnected,
    })
    console.error(`${connections}: ${paced.perSecond} paced, ${most.perSecond} with one in flight`)
  }
} finally {
  await wanmi.stop()
}

const [first, ...others] = rows
const ratios = others.map((row) => ({
  connections: row.connections,
  'of the paced rate': share(row['paced messages/s'], first?.['paced messages/s']),
  'of the rate with one in flight': share(
    row['one in flight, messages/s'],
    first?.['one in flight, messages/s'],
  ),
}))
function share(part: number, whole = Number.NaN): number {
  return Number((part / whole).toFixed(2))
}
if (values.json) console.log(JSON.stringify({ machine: machine(), rows, ratios }))
else {
  console.log(machine())
  console.table(rows)
  console.table(ratios)
}
const isKept = ratios.every(
  (each) =>
    each['of the paced rate'] >= 1 - LOSS_MAX &&
    each['of the rate with one in flight'] >= 1 - LOSS_MAX,
)
if (!isKept) {
  console.error(`more than ${LOSS_MAX * 100} % are lost to the number of connections`)
  process.exitCode = 1
}

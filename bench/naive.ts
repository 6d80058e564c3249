/**
 * Wanmi beside what is often built instead, mosquitto and a subscriber with an INSERT per message:
 * `npm run bench -- naive [--seconds 5] [--rounds 3]`.
 *
 * Wanmi counts by its PUBACKs, each of which is a committed row; the other by the rows it has written,
 * since what its broker acknowledged and its subscriber has not written yet is lost when either stops.
 * It is asked twice, with the load that Wanmi gets and with a paced one that leaves the broker time
 * for its subscriber, and its better round counts. Both have an embedded PostgreSQL with the same
 * settings. Without mosquitto (Debian: `apt-get install mosquitto`) aedes takes its place, and the
 * command says so. It fails where Wanmi stores less than five times as much.
 */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openDatabase } from '#store/database.ts'
import { type Broker, startMosquitto } from './load/mosquitto.ts'
import {
  machine,
  median,
  RunTimes,
  SECRET,
  scratch,
  startBareAedes,
  startWanmi,
} from './load/service.ts'
import { COVER_PAYLOAD, type LoadOptions, spawnLoad } from './load.ts'
import { startTarget, type TargetProcess } from './target-process.ts'

const TIMES_MIN = 5
const WARM_UP_S = 2

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const times = new RunTimes()

const FLOOD = { inFlight: 20 }
const PACED = { perSecond: 10_000 }

const load = (port: number, traffic: LoadOptions['traffic']) =>
  spawnLoad({
    port,
    clients: 1_000,
    traffic,
    seconds,
    warmupSeconds: WARM_UP_S,
    devicePrefix: 'load-',
    secret: SECRET,
    payload: COVER_PAYLOAD,
    firstAt: times.next(),
    stepMs: 300_000,
  })

async function brokerOf(folder: string): Promise<Broker> {
  const mosquitto = await startMosquitto(folder)
  if (mosquitto) return mosquitto
  console.error('mosquitto is not installed: aedes stands in front of the subscriber instead')
  return await startBareAedes()
}

async function insertedBy({ child }: TargetProcess): Promise<number> {
  child.send('inserted')
  const [answer] = (await once(child, 'message')) as [{ inserted: number }]
  return answer.inserted
}

/** Rows a second that were written while the load ran. */
async function writtenUnder(
  traffic: LoadOptions['traffic'],
  broker: Broker,
  naive: TargetProcess,
): Promise<number> {
  const running = load(broker.port, traffic)
  await sleep((WARM_UP_S + 1) * 1_000)
  const before = await insertedBy(naive)
  const begun = performance.now()
  await sleep((seconds - 1) * 1_000)
  const rate = ((await insertedBy(naive)) - before) / ((performance.now() - begun) / 1_000)
  await running
  return Math.round(rate)
}

async function naiveRates(): Promise<{ broker: string; flooded: number[]; paced: number[] }> {
  const folder = await scratch()
  const database = await openDatabase(
    { ...readConfig({}).store, databaseUrl: null, dataDir: folder },
    silentLogger,
  )
  const broker = await brokerOf(folder)
  const naive = await startTarget('naive-subscriber', {
    DATABASE_URL: database.embedded?.url('wanmi') ?? '',
    BROKER_PORT: String(broker.port),
  })
  const [flooded, paced]: [number[], number[]] = [[], []]
  try {
    for (let round = 0; round < rounds; round++) {
      paced.push(await writtenUnder(PACED, broker, naive))
      flooded.push(await writtenUnder(FLOOD, broker, naive))
    }
  } finally {
    await broker.stop()
    naive.child.kill('SIGKILL')
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { broker: broker.name, flooded, paced }
}

async function wanmiRates(): Promise<number[]> {
  const wanmi = await startWanmi()
  const rates: number[] = []
  try {
    for (let round = 0; round < rounds; round++) {
      rates.push((await load(wanmi.port, FLOOD)).perSecond)
    }
  } finally {
    await wanmi.stop()
  }
  return rates
}

const naive = await naiveRates()
const stored = median(await wanmiRates())
const written = Math.max(median(naive.flooded), median(naive.paced))
const result = {
  'Wanmi, acknowledged and stored a second': stored,
  [`${naive.broker} and an INSERT per message, rows a second, as loaded as Wanmi`]: median(
    naive.flooded,
  ),
  [`the same, ${PACED.perSecond} messages a second`]: median(naive.paced),
  'times as many': Number((stored / written).toFixed(1)),
}
if (values.json) console.log(JSON.stringify({ machine: machine(), ...result }))
else console.log(machine(), result)
if (!(stored >= TIMES_MIN * written)) {
  console.error(`Wanmi stores less than ${TIMES_MIN} times as much`)
  process.exitCode = 1
}

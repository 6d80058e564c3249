/**
 * A dispatcher in a process of its own: `node dispatcher-child.ts '{"url": …}'`. It says `ready`, and
 * ends by itself when nothing is pending any more, or, told to, by SIGKILL right after the so-manyth
 * thing it did: a statement that was answered, or a notice that was.
 */
import { type DurationMs, type EpochMs, epochMs, milliseconds, seconds } from '#model/time.ts'
import { Dispatcher } from '#outbox/dispatcher.ts'
import { HttpSender } from '#outbox/http-sender.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { repeat } from '#runtime/repeat.ts'
import { openDatabase } from '#store/database.ts'
import { createOutbox } from '#store/outbox/outbox.ts'

export interface ChildOrders {
  readonly url: string
  /** The clock stands there; null: it goes. */
  readonly now: EpochMs | null
  readonly lease: DurationMs
  readonly perHook: number
  /** Null: it is not told to die. */
  readonly dieAfter: number | null
}

const orders = JSON.parse(process.argv[2] ?? '') as ChildOrders
let done = 0

const noted = (): void => {
  done += 1
  if (done === orders.dieAfter) process.kill(process.pid, 'SIGKILL')
}

/** Counts whatever statement is answered on it. */
function watched<Session extends { query(...args: never[]): unknown }>(session: Session): Session {
  const query = session.query.bind(session) as (...args: unknown[]) => Promise<unknown>
  const counted = async (...args: unknown[]): Promise<unknown> => {
    const answer = await query(...args)
    noted()
    return answer
  }
  return new Proxy(session, {
    get: (target, name) => {
      if (name === 'query') return counted
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

const database = await openDatabase(
  { ...readConfig({}).store, databaseUrl: orders.url },
  silentLogger,
)
const { pool } = database
const counted = new Proxy(watched(pool), {
  get: (target, name) =>
    name === 'connect'
      ? async () => watched(await pool.connect())
      : (Reflect.get(target, name) as unknown),
})
const sender = new HttpSender({ allowPrivate: true, timeout: seconds(5) })
const dispatcher = new Dispatcher({
  outbox: createOutbox(counted),
  send: async (notice, signal) => {
    const answer = await sender.send(notice, signal)
    noted()
    return answer
  },
  clock: { now: () => orders.now ?? epochMs(Date.now()) },
  log: silentLogger,
  source: '/wanmi',
  retry: { first: milliseconds(20), longest: seconds(1), giveUpAfter: seconds(3_600) },
  perHook: orders.perHook,
  lease: orders.lease,
})
process.stdout.write('ready\n')

if (orders.now === null) repeat('rounds', milliseconds(20), () => dispatcher.round(), silentLogger)
else {
  await dispatcher.round()
  await dispatcher.idle()
  sender.close()
  await database.close()
}

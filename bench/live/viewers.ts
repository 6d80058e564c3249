/**
 * Viewers of the live feed, in a process of its own: some look at a neighbourhood, some at a quarter of
 * the city, some at all of it, and some of each stop reading at once. Bytes are counted; of a few
 * viewers the events are read, to see how old they are when they come.
 */
import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { boxOf } from '#bench/reads/questions.ts'
import { ageOf } from './sent-at.ts'

interface Options {
  readonly http: string
  readonly token: string
}

/** How many viewers look at a part of the city so many times as narrow as it. */
export interface Group {
  readonly times: number
  readonly viewers: number
  /** Of these so many do not read. */
  readonly stalled: number
}

export interface ViewersReport {
  readonly bytes: number
  readonly ended: number
  /** Of the viewers that are read: from the sending to the telling. */
  readonly events: number
  readonly ageP50_ms: number
  readonly ageP99_ms: number
}

const { http, token } = JSON.parse(process.argv[2] ?? '') as Options
const AT_ONCE = 50
/** Every so manieth viewer is read. */
const READ_EVERY = 50

interface Viewer {
  readonly asking: ClientRequest
  readonly response: IncomingMessage
  readonly isStalled: boolean
  readonly newest: Map<string, number>
}

let viewers: Viewer[] = []
let [bytes, ended, events] = [0, 0, 0]
let ages: number[] = []

async function watch(box: string, isStalled: boolean, isRead: boolean): Promise<Viewer> {
  const asking = request(new URL(`/api/v1/live?bbox=${box}`, http), {
    headers: { authorization: `Bearer ${token}` },
    agent: false,
  })
  asking.end()
  const [response] = (await once(asking, 'response')) as [IncomingMessage]
  if (response.statusCode !== 200) throw new Error(`a viewer is answered ${response.statusCode}`)
  const newest = new Map<string, number>()
  const read = reader(newest)
  response.on('data', (piece: Buffer) => {
    bytes += piece.length
    if (isRead || isStalled) read(piece)
  })
  response.on('close', () => {
    ended += 1
  })
  response.on('error', () => undefined)
  if (isStalled) response.pause()
  return { asking, response, isStalled, newest }
}

/** Takes pieces of a stream of events apart. */
function reader(newest: Map<string, number>): (piece: Buffer) => void {
  let text = ''
  return (piece) => {
    const parts = (text + piece.toString('latin1')).split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      if (!part.startsWith('event: reading')) continue
      const { deviceId, measuredAt, values } = JSON.parse(part.slice(part.indexOf('{'))) as {
        deviceId: string
        measuredAt: string
        values: { lift_count: number }
      }
      const at = Date.parse(measuredAt)
      newest.set(deviceId, Math.max(at, newest.get(deviceId) ?? 0))
      events += 1
      ages.push(ageOf(values.lift_count))
    }
  }
}

async function open(groups: readonly Group[]): Promise<object> {
  const wanted = groups.flatMap(({ times, viewers: count, stalled }) =>
    Array.from({ length: count }, (_, n) => ({
      box: boxOf(n, times),
      isStalled: n < stalled,
      isRead: n % READ_EVERY === READ_EVERY - 1,
    })),
  )
  while (viewers.length < wanted.length) {
    const some = wanted.slice(viewers.length, viewers.length + AT_ONCE)
    viewers.push(
      ...(await Promise.all(some.map((each) => watch(each.box, each.isStalled, each.isRead)))),
    )
  }
  return report()
}

function report(): ViewersReport {
  const sorted = Float64Array.from(ages).sort()
  const at = (part: number): number =>
    Math.round(sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN)
  const told = { bytes, ended, events, ageP50_ms: at(0.5), ageP99_ms: at(0.99) }
  ;[bytes, ended, events] = [0, 0, 0]
  ages = []
  return told
}

/** Those that stood still read on; what each of them knows then. */
function resume(): object {
  for (const { response, isStalled } of viewers) if (isStalled) response.resume()
  return {}
}

const known = (): object =>
  viewers.filter(({ isStalled }) => isStalled).map(({ newest }) => Object.fromEntries(newest))

function close(): object {
  for (const { asking } of viewers) asking.destroy()
  viewers = []
  return report()
}

type Question =
  | { readonly open: readonly Group[] }
  | { readonly report: true }
  | { readonly resume: true }
  | { readonly known: true }
  | { readonly close: true }

process.on('message', (question: Question) => {
  const answer = async (): Promise<object> => {
    if ('open' in question) return await open(question.open)
    if ('report' in question) return report()
    if ('resume' in question) return resume()
    return 'known' in question ? known() : close()
  }
  answer().then(
    (told) => process.send?.(told),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})

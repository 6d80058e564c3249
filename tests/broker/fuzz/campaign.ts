import type { FuzzDevice } from './corpus.ts'
import { FuzzSocket } from './fuzz-socket.ts'
import { type FuzzSession, planSession } from './plan.ts'

export interface CampaignOptions {
  readonly seed: string
  /** Number of the first session, and how many there are. */
  readonly first: number
  readonly sessions: number
  readonly ports: { readonly tcp: number; readonly ws: number }
  readonly devices: readonly FuzzDevice[]
  /** How many sessions go on at once. */
  readonly concurrency: number
  /** How long a connection that waits hears nothing before it leaves. */
  readonly quietMs: number
}

export interface CampaignResult {
  readonly sessions: number
  readonly connections: number
  readonly segments: number
  readonly bytes: number
  /** Connections that the broker ended. */
  readonly ended: number
  /** What went wrong, in words, each with the number of its session. */
  readonly faults: readonly string[]
}

/** How long a client that does nothing wrong waits for what it is due. */
const DUE_MS = 10_000

/** Runs sessions of a seed against a broker; what the broker owes whom is checked in each. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const faults: string[] = []
  const sums = { connections: 0, segments: 0, bytes: 0, ended: 0 }
  const { first, concurrency } = options
  const end = first + options.sessions
  // Two sessions at once have no device in common, so that none ends the other's.
  const work = async (lane: number): Promise<void> => {
    const devices = options.devices.filter((_, index) => index % concurrency === lane)
    const start = first + ((lane + concurrency - (first % concurrency)) % concurrency)
    for (let number = start; number < end; number += concurrency) {
      const session = planSession(options.seed, number, devices)
      const sockets = await runSession(session, options)
      for (const [index, { segments }] of session.connections.entries()) {
        const { faults: own = [], isEndedByBroker = false } = sockets[index] ?? {}
        sums.connections++
        sums.segments += segments.length
        sums.bytes += segments.reduce((sum, { length }) => sum + length, 0)
        if (isEndedByBroker) sums.ended++
        faults.push(...own.map((fault) => `session ${session.number}: ${fault}`))
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, (_, lane) => work(lane)))
  return { sessions: options.sessions, ...sums, faults }
}

interface Outcome {
  readonly faults: readonly string[]
  readonly isEndedByBroker: boolean
}

async function runSession(
  { connections, order }: FuzzSession,
  { ports, quietMs }: CampaignOptions,
): Promise<Outcome[]> {
  const sockets = connections.map(({ transport }) => new FuzzSocket(ports[transport], transport))
  const left = connections.map(({ segments }) => [...segments])
  for (const index of order) {
    const segment = left[index]?.shift()
    if (segment) await sockets[index]?.send(segment)
  }
  return Promise.all(
    sockets.map(async (socket, index) => {
      const { ending = 'leaves', acknowledged = null } = connections[index] ?? {}
      const faults: string[] = []
      if (acknowledged) {
        const isDue = () => socket.acknowledged.length === acknowledged.length
        await socket.until(isDue, DUE_MS)
        const got = socket.acknowledged.join()
        if (got !== acknowledged.join()) faults.push(`of ${acknowledged.length} PUBACKs ${got}`)
      } else if (ending === 'waits') {
        await socket.until(() => socket.isClosed, quietMs)
      } else if (ending === 'half-closes') {
        socket.halfClose()
        if (!(await socket.until(() => socket.isClosed, DUE_MS))) faults.push('was not let go')
      }
      const isEndedByBroker = socket.isClosed && ending === 'waits'
      socket.leave()
      await socket.closed
      return { faults: [...faults, ...socket.faults], isEndedByBroker }
    }),
  )
}

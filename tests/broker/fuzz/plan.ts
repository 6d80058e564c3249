import { chance, integerBetween, pick, type Random, splitRandom } from '#simulator/random/random.ts'
import { type FuzzDevice, soundSession, validSession } from './corpus.ts'
import { mutate } from './mutations.ts'
import { inFrames, rudeFrames, UPGRADE } from './web-socket-frames.ts'

/** What one connection of a session sends, cut where its segments are. */
export interface FuzzConnection {
  readonly transport: 'tcp' | 'ws'
  readonly segments: readonly Buffer[]
  /** `waits`: for the broker to end it, or to have nothing more to say. */
  readonly ending: 'waits' | 'leaves' | 'half-closes'
  /** Packet ids that must all be acknowledged; null where nothing can be asked of the broker. */
  readonly acknowledged: readonly number[] | null
}

/** A session: connections that go on at once, their segments mixed. */
export interface FuzzSession {
  readonly number: number
  readonly connections: readonly FuzzConnection[]
  /** Which connection sends next, by its place. */
  readonly order: readonly number[]
}

const CONNECTIONS_MAX = 3
const SOUND_SHARE = 0.1
const WEB_SOCKET_SHARE = 0.3

/**
 * Session `number` of a seed: always the same bytes at the same borders, whatever came before it. A
 * tenth of the connections do nothing wrong and must get what they are due.
 */
export function planSession(
  seed: string,
  number: number,
  devices: readonly FuzzDevice[],
): FuzzSession {
  const random = splitRandom(seed, 'session', number)
  // Of three connections one takes over from another now and then.
  const length = pick(random, [1, 1, 1, 2, 3])
  // In turn: what a session left behind must be over before its devices come again.
  const first = number * CONNECTIONS_MAX
  const connections = Array.from({ length }, (_, index) => {
    const isSame = index > 0 && chance(random, 0.2)
    const device = devices[(first + (isSame ? 0 : index)) % devices.length] as FuzzDevice
    // Whoever is taken over from need not get what it is due.
    return planConnection(random, device, length === 1 && chance(random, SOUND_SHARE))
  })
  const order = connections.flatMap(({ segments }, index) => segments.map(() => index))
  return { number, connections, order: shuffled(random, order) }
}

function planConnection(random: Random, device: FuzzDevice, isSound: boolean): FuzzConnection {
  const transport = chance(random, WEB_SOCKET_SHARE) ? 'ws' : 'tcp'
  if (isSound) {
    const packets = soundSession(random, device)
    const bytes = Buffer.concat(packets)
    const stream = transport === 'ws' ? [UPGRADE, ...inFrames(random, bytes)] : [bytes]
    return {
      transport,
      segments: segmentsOf(random, Buffer.concat(stream)),
      ending: 'waits',
      acknowledged: packets.slice(1).map((_, index) => index + 1),
    }
  }
  const isFrameRude = transport === 'ws' && chance(random, 0.5)
  const sound = validSession(random, device)
  const bytes = Buffer.concat(isFrameRude ? sound : mutate(random, sound))
  const frames = transport === 'ws' ? [UPGRADE, ...inFrames(random, bytes)] : [bytes]
  const stream = isFrameRude ? rudeFrames(random, frames) : frames
  return {
    transport,
    segments: segmentsOf(random, Buffer.concat(stream)),
    ending: pick(random, ['waits', 'waits', 'leaves', 'half-closes'] as const),
    acknowledged: null,
  }
}

const SEGMENTS_MAX = 40

/** In one piece, in a few, or byte by byte from some place on. */
function segmentsOf(random: Random, bytes: Buffer): Buffer[] {
  const cuts = new Set<number>()
  const way = integerBetween(random, 0, 3)
  if (way >= 1) {
    for (let left = integerBetween(random, 1, 8); left > 0; left--) {
      cuts.add(integerBetween(random, 0, bytes.length))
    }
  }
  if (way === 3) {
    const from = integerBetween(random, 0, bytes.length)
    for (let at = from; at < Math.min(bytes.length, from + SEGMENTS_MAX); at++) cuts.add(at)
  }
  const edges = [0, ...[...cuts].toSorted((a, b) => a - b), bytes.length]
  return edges
    .slice(1)
    .map((end, index) => bytes.subarray(edges[index], end))
    .filter(({ length }) => length > 0)
}

/** The turns mixed; each connection still sends its own segments in their order. */
function shuffled(random: Random, order: readonly number[]): number[] {
  const left = [...order]
  return order.flatMap(() => left.splice(integerBetween(random, 0, left.length - 1), 1))
}

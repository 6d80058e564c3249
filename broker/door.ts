import { replyTopic, reportTopic } from '#model/topic.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { type Metrics, onScrape } from '#runtime/metrics.ts'
import type { Connection } from './connection.ts'
import type { Guards } from './guards/guards.ts'
import type { Incoming } from './incoming.ts'
import type { Intake } from './ports.ts'
import { PublishPacket } from './publish-packet.ts'
import { Sessions } from './sessions.ts'
import type { Taker } from './taker.ts'

/** What a connection may do. */
export interface DoorLimits {
  /** Largest packet before and after a client is let in. */
  readonly connectBytes: number
  readonly packetBytes: number
  /** Most messages of one client that wait for their commit. */
  readonly windowMessages: number
  /** How long a socket may take to say CONNECT. */
  readonly connectTimeoutMs: number
}

export interface DoorOptions {
  readonly intake: Intake
  readonly replies: Taker
  readonly reports: Taker
  readonly limits: DoorLimits
  readonly guards: Guards
  readonly lastCommit?: (() => number) | undefined
  readonly clock: Clock
  readonly metrics: Metrics
  readonly log: Logger
}

const BEAT_MS = 500
/** Of a message that says little. */
const LIGHT_BYTES = 1_024

/** What all connections share: where their messages go and where they hear that they may go on. */
export class Door {
  readonly intake: Intake
  readonly limits: DoorLimits
  readonly guards: Guards
  readonly clock: Clock
  readonly sessions = new Sessions()
  readonly connections = new Set<Connection>()
  /** Read into by one connection after another, never kept. */
  readonly publish = new PublishPacket()
  readonly #stopped = new Set<Connection>()
  readonly #replies: Taker
  readonly #reports: Taker
  readonly #metrics: Metrics
  readonly #log: Logger
  /** Only then is a line for every acknowledgement made. */
  readonly #isFollowed: boolean
  readonly #lastCommit: (() => number) | undefined
  /** Tells the connections of this process from those of others in one log. */
  readonly #run = Math.floor(Date.now() / 1_000).toString(36)
  #opened = 0
  readonly #pulse: NodeJS.Timeout
  readonly #received: [number, number, number] = [0, 0, 0]
  #settledNow: Connection[] = []
  #unsettled = 0
  #isClosing = false
  readonly #idle: (() => void)[] = []

  constructor(options: DoorOptions) {
    const { intake, replies, reports, limits, guards, clock, metrics, log } = options
    this.guards = guards
    this.intake = intake
    this.limits = limits
    this.clock = clock
    this.#replies = replies
    this.#reports = reports
    this.#metrics = metrics
    this.#log = log
    this.#isFollowed = log.isLevelEnabled('debug')
    this.#lastCommit = options.lastCommit
    intake.onRoom(() => this.#onRoom())
    // After the sockets were read: what came while this process stood still was heard, too.
    this.#pulse = setInterval(() => setImmediate(() => this.#beat()), BEAT_MS)
    onScrape(metrics.connections, () => metrics.connections.set(this.connections.size))
    onScrape(metrics.pausedClients, () => metrics.pausedClients.set(this.#stopped.size))
    onScrape(metrics.messagesReceived, () => this.#countReceived())
  }

  /** Nothing more is taken: what was taken is waited for. */
  get isClosing(): boolean {
    return this.#isClosing
  }

  /**
   * Whether a client may be read that has so many messages in flight and said so much last. While
   * others empty their memories, one that reports now and then does not wait behind them.
   */
  hasTurn(inFlight: number, lastBytes: number): boolean {
    const isLight = inFlight === 0 && lastBytes <= LIGHT_BYTES
    return !(isLight ? this.intake.isFull : this.intake.isCrowded)
  }

  offer(message: Incoming): undefined {
    this.#count(message)
    this.intake.offer(message, this.#settle)
  }

  /** Who takes what a device says on a topic; undefined where that is the intake. */
  takerOf(deviceId: string, topic: string): Taker | undefined {
    if (topic === replyTopic(deviceId)) return this.#replies
    return topic === reportTopic(deviceId) ? this.#reports : undefined
  }

  /** Gives a message to whoever takes its topic; `settled` when what it says is stored. */
  hand(message: Incoming, taker: Taker, settled: () => void): void {
    this.#count(message)
    taker.take(message, () => {
      this.#unsettled--
      settled()
      this.#wakeIdle()
    })
  }

  /** Has the connection write its acknowledgements when all that is settled now is settled. */
  flushSoon(connection: Connection): void {
    if (this.#settledNow.push(connection) === 1) process.nextTick(this.#flush)
  }

  onStopped(connection: Connection, isStopped: boolean): void {
    if (isStopped) this.#stopped.add(connection)
    else this.#stopped.delete(connection)
  }

  /** The id by which a log knows a connection from its socket on. */
  nextId(): string {
    return `${this.#run}-${++this.#opened}`
  }

  onOpened({ id, origin }: Connection): void {
    if (this.#isFollowed) this.#log.debug({ connection: id, ...origin }, 'connection opened')
  }

  onLetIn({ id, deviceId }: Connection): void {
    if (this.#isFollowed) this.#log.debug({ connection: id, deviceId }, 'device let in')
  }

  /** So many messages of a connection were committed, at the latest by that commit. */
  onAcknowledged({ id, deviceId }: Connection, messages: number): void {
    if (!this.#isFollowed || messages === 0) return
    const byCommit = this.#lastCommit?.()
    this.#log.debug({ connection: id, deviceId, messages, byCommit }, 'acknowledged')
  }

  /** We turned it away, or cut it off. */
  onEnded({ id, deviceId, origin, wasOpen }: Connection, reason: string): void {
    const { takeovers, connectionsEnded, connectionsRefused } = this.#metrics
    if (reason === 'takeover') takeovers.inc()
    else if (wasOpen) connectionsEnded.inc({ reason })
    else connectionsRefused.inc({ reason })
    this.#log.debug({ connection: id, deviceId, ...origin, reason }, 'connection ended')
  }

  onClosed(connection: Connection): void {
    this.connections.delete(connection)
    this.#stopped.delete(connection)
    if (this.sessions.leave(connection)) this.guards.arrivals.left(connection)
    const { id, deviceId } = connection
    if (this.#isFollowed) this.#log.debug({ connection: id, deviceId }, 'connection closed')
  }

  /** Takes nothing more; resolves when all that was taken is settled and acknowledged. */
  async drain(): Promise<void> {
    this.#isClosing = true
    if (this.#unsettled > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
    this.#flush()
  }

  stop(): void {
    clearInterval(this.#pulse)
  }

  #count({ qos }: Incoming): void {
    this.#unsettled++
    this.#received[qos]++
  }

  readonly #settle = (message: Incoming): void => {
    this.#unsettled--
    message.connection.settle(message)
    if (this.#isClosing) this.#wakeIdle()
  }

  #wakeIdle(): void {
    if (this.#unsettled === 0) for (const resolve of this.#idle.splice(0)) resolve()
  }

  readonly #flush = (): void => {
    const settled = this.#settledNow
    this.#settledNow = []
    for (const connection of settled) connection.flush()
  }

  /** In the order in which they were stopped, until it is full again. */
  #onRoom(): void {
    for (const connection of this.#stopped) {
      if (this.intake.isCrowded) return
      connection.resume()
    }
  }

  #beat(): void {
    const now = performance.now()
    for (const connection of this.connections) connection.beat(now)
    this.guards.caps.beat()
  }

  #countReceived(): void {
    for (const qos of [0, 1, 2] as const) {
      if (this.#received[qos] > 0) this.#metrics.messagesReceived.inc({ qos }, this.#received[qos])
      this.#received[qos] = 0
    }
  }
}

import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Envelope } from '#model/envelope.ts'
import type { Bilingual } from '#model/text.ts'
import { reportTopic } from '#model/topic.ts'
import { type Clock, systemClock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Metrics } from '#runtime/metrics.ts'
import { verifySecret } from '#runtime/secret.ts'
import { TlsKeeper } from '#runtime/tls/tls-keeper.ts'
import { AedesSessions } from './aedes-sessions.ts'
import { Connection } from './connection.ts'
import type { ConnectionView, Origin } from './connection-view.ts'
import { CredentialCheck, type Verdict } from './credential-check.ts'
import { Door } from './door.ts'
import { Guards } from './guards/guards.ts'
import type { Nuisance } from './guards/nuisances.ts'
import type { Welcome } from './guest.ts'
import type { Listener, ListenerOptions } from './listener.ts'
import { type OpenParts, openHall } from './open/open-hall.ts'
import type { CommandDesk, DeviceDirectory, Intake, ReportDesk } from './ports.ts'
import { ReplyTaker } from './reply-taker.ts'
import { type ReportLimits, ReportTaker } from './report-taker.ts'
import type { Takeover } from './sessions.ts'
import { openTcpListener } from './tcp-listener.ts'
import { tlsFilesOf } from './tls-files.ts'
import { openTlsListener } from './tls-listener.ts'
import { openWebSocketListener } from './web-socket-listener.ts'

export interface BrokerOptions {
  readonly config: Config['mqtt']
  /** Left out, only devices come in. */
  readonly open?: OpenParts
  /** Most messages of one client that wait for their commit. */
  readonly clientWindowMessages: number
  readonly intake: Intake
  readonly directory: DeviceDirectory
  readonly desk: CommandDesk
  readonly reports: { readonly desk: ReportDesk; readonly limits: ReportLimits }
  /** Of the newest commit: what is acknowledged was committed by then. For the log alone. */
  readonly lastCommit?: () => number
  readonly metrics: Metrics
  readonly log: Logger
  readonly clock?: Clock
  readonly verify?: (secret: string, hash: string) => Promise<boolean>
  /** How long closing waits for commits, ms. */
  readonly drainWaitMs?: number
}

export interface Broker {
  /** Where it listens in fact; null where no such listener is configured. */
  readonly ports: { readonly tcp: number; readonly tls: number | null; readonly ws: number | null }
  connections(): readonly ConnectionView[]
  /** Of a device that is connected now. */
  connectionOf(deviceId: string): ConnectionView | undefined
  /** The last hundred, newest first. */
  takeovers(): readonly Takeover[]
  /** Whom the guards hold back, or held back of late, newest first. */
  nuisances(): readonly Nuisance[]
  /** A command was queued: sends it if the device is there. */
  deliver(deviceId: string): void
  /**
   * Takes a message in once more, as if its device sent it now; resolves when what came of it is
   * committed.
   */
  replay(envelope: Envelope): Promise<void>
  /** Of TLS: what an administrator should see to, a sentence each. */
  warnings(): readonly Bilingual[]
  /** Reads the files of TLS again now; those that cannot be used change nothing. */
  reloadTls(): Promise<void>
  /** Whether a secret is that of a device, asked by another door and within the same limits. */
  checkSecret(deviceId: string, secret: Buffer, address: string): Promise<Verdict>
  /** The device was deleted, disabled or given another secret: ends its connection. */
  disconnect(deviceId: string): void
  /** These access tokens let nobody in any more: ends the connections that came by them. */
  endCredentials(credentialIds: readonly string[]): void
  /** Takes nothing more, acknowledges what is committed meanwhile, and ends every connection. */
  close(): Promise<void>
}

const DRAIN_WAIT_MS = 5_000
const GOODBYE_WAIT_MS = 1_000

/**
 * Opens the doors for devices.
 *
 * @throws Unavailable `port-in-use`, Rejected `bad-configuration`; then nothing stays open.
 */
export async function openBroker(options: BrokerOptions): Promise<Broker> {
  const { config, intake, directory, desk, metrics, log, clock = systemClock } = options
  const replies = new ReplyTaker({ desk, intake, metrics, log })
  const reports = new ReportTaker({ ...options.reports, directory, intake, metrics, log })
  const limits = {
    connectBytes: config.connectLimitBytes,
    packetBytes: config.packetLimitBytes,
    windowMessages: options.clientWindowMessages,
    connectTimeoutMs: config.connectTimeoutMs,
  }
  const { open, verify = verifySecret, lastCommit } = options
  const strangerPerSecond = open?.config.ratePerSecond ?? config.rateMinPerSecond
  const told = { clock, metrics, log }
  const guards = new Guards({ config, strangerPerSecond, directory, ...told })
  const door = new Door({ intake, replies, reports, limits, guards, lastCommit, ...told })
  const credentials = new CredentialCheck({ directory, programs: open?.programs, verify, guards })
  const hall = await openHall(open, { devices: directory, credentials, door, metrics, log })
  const aedes = await AedesSessions.open({ door, desk, directory, credentials, log })
  const welcome: Welcome = (connection, line) => {
    if (hall?.claims(connection)) hall.handle(line, connection)
    else aedes.handle(line, connection)
  }
  const accept = (stream: Duplex, origin: Origin): void => {
    const connection = new Connection(stream, door, origin, welcome)
    door.connections.add(connection)
    door.onOpened(connection)
  }
  const onAcceptFailed = (error: Error): void => {
    metrics.connectionsRefused.inc({ reason: 'accept-failed' })
    log.warn({ reason: error.message }, 'a connection could not be accepted')
  }
  const { caps } = guards
  const doors = { host: config.host, admit: caps.admit, accept, onAcceptFailed }
  const listeners = await openListeners(config, doors, { clock, metrics, log }).catch(
    async (error: unknown) => {
      door.stop()
      await Promise.all([aedes.close(), hall?.close()])
      throw error
    },
  )
  const { tcp, tls, ws, keeper } = listeners
  return {
    ports: { tcp: tcp.port, tls: tls?.port ?? null, ws: ws?.port ?? null },
    connections: () =>
      [...door.connections]
        .filter(({ isOpen, guest }) => isOpen && !guest)
        .map((connection) => connection.view()),
    connectionOf: (deviceId) => door.sessions.find(deviceId)?.view(),
    takeovers: () => door.sessions.takeovers,
    nuisances: () => guards.nuisances.list(),
    deliver: (deviceId) => door.sessions.find(deviceId)?.downlink?.deliver(),
    replay: (envelope) =>
      new Promise((resolve) => {
        const isReport = envelope.topic === reportTopic(envelope.deviceId)
        if (isReport) reports.take(envelope, resolve)
        else intake.offer(envelope, () => resolve())
      }),
    warnings: () => keeper?.warnings() ?? [],
    reloadTls: async () => keeper?.reload(),
    checkSecret: (deviceId, secret, address) => credentials.check(deviceId, secret, address),
    disconnect: (deviceId) => door.sessions.find(deviceId)?.end('removed'),
    endCredentials: (credentialIds) => hall?.endCredentials(credentialIds),
    async close() {
      const closed = closeAll(listeners)
      await Promise.race([door.drain(), pause(options.drainWaitMs ?? DRAIN_WAIT_MS)])
      for (const connection of door.connections) connection.close()
      await Promise.race([closed, pause(GOODBYE_WAIT_MS)])
      caps.cutAll()
      await Promise.all([closed, aedes.close(), hall?.close()])
      door.stop()
    },
  }
}

const pause = (ms: number): Promise<void> => sleep(ms, undefined, { ref: false })

interface Listeners {
  readonly tcp: Listener
  readonly tls: Listener | undefined
  readonly ws: Listener | undefined
  readonly keeper: TlsKeeper | undefined
}

async function closeAll({ tcp, tls, ws, keeper }: Partial<Listeners>): Promise<void> {
  await Promise.all([tcp?.close(), tls?.close(), ws?.close(), keeper?.close()])
}

async function openListeners(
  config: Config['mqtt'],
  doors: Omit<ListenerOptions, 'port'>,
  parts: { readonly clock: Clock; readonly metrics: Metrics; readonly log: Logger },
): Promise<Listeners> {
  const { port, tlsPort, wsPort, connectTimeoutMs: handshakeTimeoutMs } = config
  const opened: Partial<{ -readonly [Name in keyof Listeners]: Listeners[Name] }> = {}
  try {
    const tcp = await openTcpListener({ ...doors, port })
    opened.tcp = tcp
    if (tlsPort !== null) {
      const keeper = await TlsKeeper.open({ ...parts, files: tlsFilesOf(config) })
      opened.keeper = keeper
      const asksForCertificate = config.tlsClientCaFile !== null
      const { metrics, log } = parts
      const options = { keeper, asksForCertificate, handshakeTimeoutMs, metrics, log }
      opened.tls = await openTlsListener({ ...doors, ...options, port: tlsPort })
    }
    if (wsPort !== null) {
      const packetBytes = config.packetLimitBytes
      const options = { ...doors, port: wsPort, packetBytes, handshakeTimeoutMs }
      opened.ws = await openWebSocketListener(options)
    }
    return { tcp, tls: opened.tls, ws: opened.ws, keeper: opened.keeper }
  } catch (error) {
    await closeAll(opened)
    throw error
  }
}

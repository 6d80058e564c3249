import type { Duplex } from 'node:stream'
import { Aedes, type AedesOptions, type AuthenticateError, type Client } from 'aedes'
import { CODES } from '#broker/admission.ts'
import type { AedesLine } from '#broker/aedes-line.ts'
import type { Connection } from '#broker/connection.ts'
import type { CredentialCheck } from '#broker/credential-check.ts'
import type { Door } from '#broker/door.ts'
import { hasControls } from '#broker/field-cursor.ts'
import { CONNACK_CODES, type ConnackCode } from '#broker/packet-types.ts'
import type { DeviceDirectory, Program, ProgramDirectory } from '#broker/ports.ts'
import { Broken, messageOf } from '#model/error.ts'
import { hours } from '#model/time.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import { type Metrics, onScrape } from '#runtime/metrics.ts'
import { OpenClient } from './open-client.ts'
import { type OpenLimits, OpenSessions } from './open-sessions.ts'
import { OpenTopics } from './open-topics.ts'
import { KEPT, sessionStore } from './session-store.ts'

export interface OpenHallOptions {
  readonly topics: OpenTopics
  /** Whether anybody may come in without a name. */
  readonly isAnonymousOpen: boolean
  readonly connectionsMax: number
  readonly limits: OpenLimits
  readonly programs: ProgramDirectory
  readonly devices: Pick<DeviceDirectory, 'credential'>
  readonly credentials: CredentialCheck
  readonly door: Door
  readonly metrics: Metrics
  readonly log: Logger
}

const LOOK_EVERY_MS = 1_000
const CLIENT_ID_MAX = 65_535

/**
 * Where open clients meet: programs and, where that is allowed, anybody. It has an aedes of its own,
 * so neither their ids nor their topics nor their sessions are those of devices.
 */
export class OpenHall {
  readonly #aedes: Aedes
  readonly #options: OpenHallOptions
  readonly #sessions: OpenSessions
  readonly #clients = new Map<Duplex, OpenClient>()
  /** Of clients that are being let in, those that are told that their session was kept. */
  readonly #present = new Set<string>()
  readonly #pulse: NodeJS.Timeout

  private constructor(options: OpenHallOptions) {
    const { metrics, log } = options
    this.#options = options
    this.#sessions = new OpenSessions(options.limits, (reason) =>
      metrics.openMessagesDropped.inc({ reason }),
    )
    this.#aedes = new Aedes({
      ...this.#hooks(),
      persistence: sessionStore((key) => this.#present.has(key)),
      maxClientsIdLength: CLIENT_ID_MAX,
    })
    this.#aedes.on('connackSent', ({ returnCode }, client) => {
      this.#present.delete(client.id)
      if (returnCode !== 0) return
      this.#of(client).letIn(this.#sessions.open(client.id, !client.clean))
    })
    // Not among the events its types know.
    this.#aedes.on('error' as 'closed', (...[error]: readonly unknown[]) => {
      log.error({ reason: messageOf(error) }, 'aedes failed')
    })
    this.#pulse = setInterval(() => this.#look(), LOOK_EVERY_MS)
    this.#pulse.unref()
    onScrape(metrics.openClients, () => metrics.openClients.set(this.#clients.size))
    onScrape(metrics.openSessionsKept, () => {
      metrics.openSessionsKept.set(this.#sessions.counts.kept)
    })
    onScrape(metrics.openRetained, () => metrics.openRetained.set(this.#sessions.counts.retained))
    onScrape(metrics.openBytes, () => metrics.openBytes.set(this.#sessions.counts.bytes))
  }

  static async open(options: OpenHallOptions): Promise<OpenHall> {
    const hall = new OpenHall(options)
    await hall.#aedes.listen()
    return hall
  }

  /** Whether a client is to be met here, by what it says of itself. A device is never. */
  claims({ origin, request }: Connection): boolean {
    const { programs, devices, isAnonymousOpen } = this.#options
    const name = request?.username
    if (origin.certificateName !== undefined) return false
    if (name === undefined) return isAnonymousOpen
    return devices.credential(name) === undefined && programs.has(name)
  }

  /** Lets aedes speak with a client. */
  handle(line: AedesLine, connection: Connection): void {
    const { topics, metrics, log } = this.#options
    const { clientId = '', will } = connection.request ?? {}
    if (hasControls(clientId) || hasControls(will?.topic ?? '')) return connection.end('protocol')
    const client = new OpenClient({
      connection,
      topics,
      sessions: this.#sessions,
      waitingBytes: () => line.waitingBytes,
      onMessage: ({ program }, isTaken) => {
        metrics.openMessages.inc()
        if (isTaken) return
        metrics.openMessagesDropped.inc({ reason: 'topic-not-open' })
        log.debug({ accountId: program?.accountId }, 'a message to a topic that is not open')
      },
      isEnding: () => this.#options.door.isClosing,
      onGone: () => this.#clients.delete(line),
    })
    connection.guest = client
    this.#clients.set(line, client)
    this.#aedes.handle(line)
  }

  /** These tokens let nobody in any more. */
  endCredentials(credentialIds: readonly string[]): void {
    const ended = new Set(credentialIds)
    this.#endIf(({ credentialId }) => ended.has(credentialId))
  }

  async close(): Promise<void> {
    clearInterval(this.#pulse)
    await new Promise<void>((resolve) => this.#aedes.close(resolve))
  }

  #of({ conn }: Client): OpenClient {
    const client = this.#clients.get(conn)
    if (!client) throw new Broken('internal', 'aedes speaks of a client nobody handed it')
    return client
  }

  #hooks(): AedesOptions {
    return {
      preConnect: (_, packet, done) => {
        // Whether it is there is watched at the door, and so is what is to be said if it is not.
        packet.keepalive = 0
        delete packet.will
        done(null, true)
      },
      authenticate: (client, username, password, done) => {
        void this.#admit(client, username, password, done)
      },
      authorizePublish: (_client, _packet, done) => {
        done(new Broken('internal', 'a message came to aedes past the door'))
      },
      authorizeSubscribe: (_client, subscription, done) => {
        if (subscription === KEPT) done(null, null)
        else done(new Broken('internal', 'a subscription came to aedes past the door'))
      },
    }
  }

  async #admit(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, isLetIn: boolean | null) => void,
  ): Promise<void> {
    const open = this.#of(client)
    const { connection } = open
    const code = await this.#check(open, username, password)
    if (connection.isClosed) return
    // A client id is one only among those of its account.
    const key = `${open.program?.accountId ?? ''}/${client.id}`
    const refusal = code ?? this.#refusalOf(connection, key, client.clean)
    if (refusal === undefined) {
      client.id = key
      // MQTT 3.1 has no such flag.
      if (connection.request?.version === 4 && this.#sessions.has(key)) this.#present.add(key)
      else this.#present.delete(key)
      return done(null, true)
    }
    this.#options.door.onEnded(connection, `connack-${refusal}`)
    const error: unknown = Object.assign(new Error('refused'), { returnCode: refusal })
    done(error as AuthenticateError, false)
  }

  async #check(
    open: OpenClient,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<ConnackCode | undefined> {
    const { credentials, programs, log } = this.#options
    if (username === undefined) return undefined
    if (password === undefined) return CONNACK_CODES.credentials
    try {
      const verdict = await credentials.checkProgram(
        username,
        password,
        open.connection.origin.address,
      )
      if (verdict !== 'accepted') return CODES[verdict]
      open.program = programs.find(username, password.toString()) ?? null
      return open.program ? undefined : CONNACK_CODES.credentials
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'an account could not be checked')
      return CONNACK_CODES.unavailable
    }
  }

  #refusalOf({ request }: Connection, key: string, isClean: boolean): ConnackCode | undefined {
    const { topics, connectionsMax } = this.#options
    // MQTT 3.1 has no client without an id.
    if (request?.version === 3 && request.clientId === '') return CONNACK_CODES.identifier
    if (request?.will && !topics.mayPublish(request.will.topic)) return CONNACK_CODES.unauthorized
    const hasRoom = this.#clients.size <= connectionsMax
    const isKeepable = isClean || this.#sessions.mayKeep(key)
    return hasRoom && isKeepable ? undefined : CONNACK_CODES.unavailable
  }

  #look(): void {
    this.#sessions.expire(performance.now())
    const now = this.#options.door.clock.now()
    this.#endIf(({ expiresAt }) => expiresAt !== null && expiresAt <= now)
  }

  #endIf(isOver: (program: Program) => boolean): void {
    for (const { connection, program } of this.#clients.values()) {
      if (program && isOver(program)) connection.end('removed')
    }
  }
}

/** What open topics are opened with. */
export interface OpenParts {
  readonly config: Config['openMqtt']
  readonly programs: ProgramDirectory
}

/**
 * Opens the hall, or none where no topic is open.
 *
 * @throws Rejected `bad-configuration`
 */
export async function openHall(
  open: OpenParts | undefined,
  parts: Pick<OpenHallOptions, 'devices' | 'credentials' | 'door' | 'metrics' | 'log'>,
): Promise<OpenHall | undefined> {
  if (!open || open.config.topics.length === 0) return undefined
  const { config, programs } = open
  return OpenHall.open({
    ...parts,
    programs,
    topics: new OpenTopics(config.topics),
    isAnonymousOpen: config.isAnonymous,
    connectionsMax: config.connectionsMax,
    limits: { ...config, keepSessionMs: hours(config.keepSessionHours) },
  })
}

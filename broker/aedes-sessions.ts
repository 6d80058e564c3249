import type { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import { Aedes, type AedesOptions, type AuthenticateError, type Client } from 'aedes'
import { Broken, messageOf } from '#model/error.ts'
import { type AdmissionOptions, admit } from './admission.ts'
import type { AedesLine } from './aedes-line.ts'
import type { Connection } from './connection.ts'
import type { Door } from './door.ts'
import { Downlink } from './downlink.ts'
import { CONNACK_CODES, type ConnackCode } from './packet-types.ts'
import type { CommandDesk } from './ports.ts'

export interface AedesSessionsOptions extends AdmissionOptions {
  readonly door: Door
  readonly desk: CommandDesk
}

const CLIENT_ID_MAX = 65_535
// An empty one would not do: it belongs to no session that could be kept (MQTT-3.1.3-8).
const UNNAMED = 'unnamed'

/**
 * What aedes does for us: CONNECT and CONNACK, sessions that are kept, SUBSCRIBE and UNSUBSCRIBE.
 * Messages of devices never reach it (see Connection), so nothing is routed and no will, retained
 * message or keepalive is its business.
 */
export class AedesSessions {
  readonly #aedes: Aedes
  readonly #options: AedesSessionsOptions
  readonly #connections = new WeakMap<Duplex, Connection>()

  private constructor(options: AedesSessionsOptions) {
    this.#options = options
    this.#aedes = new Aedes(this.#hooks())
    this.#aedes.on('connackSent', ({ returnCode }, client) => {
      if (returnCode === 0) this.#of(client).letIn()
    })
    // A session that was kept brings its subscriptions with it.
    this.#aedes.on('clientReady', (client) => this.#of(client).downlink?.deliver())
    this.#aedes.on('subscribe', (_, client) => this.#of(client).downlink?.deliver())
    this.#aedes.on('unsubscribe', (filters, client) => {
      this.#of(client).downlink?.unsubscribe(filters)
    })
    // Not among the events its types know.
    const failures: EventEmitter = this.#aedes
    failures.on('error', (error: unknown) => {
      options.log.error({ reason: messageOf(error) }, 'aedes failed')
    })
  }

  static async open(options: AedesSessionsOptions): Promise<AedesSessions> {
    const sessions = new AedesSessions(options)
    await sessions.#aedes.listen()
    return sessions
  }

  /** Lets aedes speak with a client. */
  handle(line: AedesLine, connection: Connection): void {
    this.#connections.set(line, connection)
    this.#aedes.handle(line)
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#aedes.close(resolve)
    })
  }

  #of({ conn }: Client): Connection {
    const connection = this.#connections.get(conn)
    if (!connection) throw new Broken('internal', 'aedes speaks of a client nobody handed it')
    return connection
  }

  #hooks(): AedesOptions {
    return {
      maxClientsIdLength: CLIENT_ID_MAX,
      preConnect: (_, packet, done) => {
        // The name of a session is that of its device, once that is proved.
        packet.clientId = UNNAMED
        packet.keepalive = 0
        delete packet.will
        done(null, true)
      },
      authenticate: (client, username, password, done) => {
        void this.#authenticate(client, username, password, done)
      },
      authorizeSubscribe: (client, subscription, done) => {
        const { topic, qos } = subscription
        done(null, this.#downlinkOf(this.#of(client)).subscribe(topic, qos) ? subscription : null)
      },
      authorizePublish: (_client, _packet, done) => {
        done(new Broken('internal', 'a message came to aedes past the door'))
      },
    }
  }

  async #authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, isLetIn: boolean | null) => void,
  ): Promise<void> {
    const { door } = this.#options
    const connection = this.#of(client)
    const refuse = (code: ConnackCode): void => {
      door.onEnded(connection, `connack-${code}`)
      const refusal: unknown = Object.assign(new Error('refused'), { returnCode: code })
      done(refusal as AuthenticateError, false)
    }
    const admission = await admit(connection, username, password, this.#options)
    if (connection.isClosed) return
    if ('code' in admission) return refuse(admission.code)
    const { deviceId } = admission
    const { arrivals } = door.guards
    const mayEnter = await arrivals.turn(connection, deviceId, door.sessions.find(deviceId))
    if (connection.isClosed) return
    if (!mayEnter) return refuse(CONNACK_CODES.unavailable)
    connection.identify(deviceId)
    arrivals.entered(deviceId, door.sessions.enter(connection, door.clock.now()) !== undefined)
    client.id = deviceId
    done(null, true)
  }

  #downlinkOf(connection: Connection): Downlink {
    const { desk, door, log } = this.#options
    connection.downlink ??= new Downlink({
      deviceId: connection.deviceId,
      desk,
      log,
      clock: door.clock,
      write: (bytes) => connection.write(bytes),
    })
    return connection.downlink
  }
}

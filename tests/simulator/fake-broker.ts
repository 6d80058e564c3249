import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer, type Server } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'
import {
  generate,
  type IConnectPacket,
  type IPublishPacket,
  type Packet,
  parser,
} from 'mqtt-packet'
import { createWebSocketStream, WebSocketServer } from 'ws'

/** One connection as the fake broker sees it. */
export interface FakeSession {
  readonly socket: Duplex
  readonly connect: IConnectPacket
  readonly send: (packet: Packet) => void
}

export interface FakeBrokerOptions {
  /** CONNACK return code; 0 lets in. */
  readonly returnCode?: (connect: IConnectPacket) => number
  /** False keeps the PUBACK back. */
  readonly acknowledges?: (publish: IPublishPacket, session: FakeSession) => boolean
  /** PEM; absent, it is plain TCP. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer }
  /** Whether MQTT is spoken over WebSocket. */
  readonly webSocket?: boolean
  /** False leaves CONNECT and PINGREQ unanswered. */
  readonly answers?: boolean
}

/** Just enough of an MQTT broker to see what a client does; it can be as nasty as a test wants. */
export class FakeBroker implements AsyncDisposable {
  readonly published: { readonly id: string; readonly packet: IPublishPacket }[] = []
  readonly sessions: FakeSession[] = []
  readonly packets: { readonly id: string; readonly packet: Packet }[] = []
  knocks = 0
  readonly #options: FakeBrokerOptions
  readonly #server: Server
  readonly #sockets = new Set<Duplex>()

  private constructor(options: FakeBrokerOptions) {
    this.#options = options
    const serve = (socket: Duplex): void => this.#serve(socket)
    this.#server = options.webSocket ? webSockets(options, serve) : bareSockets(options, serve)
  }

  static async open(options: FakeBrokerOptions = {}): Promise<FakeBroker> {
    const broker = new FakeBroker(options)
    broker.#server.listen(0, '127.0.0.1')
    await once(broker.#server, 'listening')
    return broker
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`
  }

  /** Cuts every connection without a word. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(socket: Duplex): void {
    this.knocks += 1
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    const send = (packet: Packet): void => {
      if (socket.writable) socket.write(generate(packet))
    }
    const decoder = parser()
    let session: FakeSession | undefined
    decoder.on('error', () => socket.destroy())
    decoder.on('packet', (packet) => {
      if (packet.cmd === 'connect') {
        if (this.#options.answers === false) return
        session = { socket, connect: packet, send }
        this.sessions.push(session)
        const returnCode = this.#options.returnCode?.(packet) ?? 0
        send({ cmd: 'connack', returnCode, sessionPresent: false })
        return
      }
      if (!session) return
      const id = session.connect.clientId
      this.packets.push({ id, packet })
      if (packet.cmd === 'pingreq' && this.#options.answers !== false) send({ cmd: 'pingresp' })
      if (packet.cmd === 'subscribe') {
        const granted = packet.subscriptions.map(({ qos }) => qos)
        send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted })
      }
      if (packet.cmd === 'publish') {
        this.published.push({ id, packet })
        if (packet.qos === 0) return
        if (this.#options.acknowledges?.(packet, session) === false) return
        send({ cmd: 'puback', messageId: packet.messageId ?? 0 })
      }
    })
    socket.on('data', (chunk) => decoder.parse(chunk))
  }
}

const bareSockets = ({ tls }: FakeBrokerOptions, serve: (stream: Duplex) => void): Server =>
  tls ? createTlsServer(tls, serve) : createServer(serve)

function webSockets({ tls }: FakeBrokerOptions, serve: (stream: Duplex) => void): Server {
  const server = tls ? createHttpsServer(tls) : createHttpServer()
  const protocols = { handleProtocols: (offered: Set<string>) => offered.has('mqtt') && 'mqtt' }
  const listener = new WebSocketServer({ server, ...protocols })
  listener.on('connection', (webSocket) => serve(createWebSocketStream(webSocket)))
  return server
}

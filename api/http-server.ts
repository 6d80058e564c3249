import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Metrics } from '#runtime/metrics.ts'
import type { TlsKeeper } from '#runtime/tls/tls-keeper.ts'

export interface ServerOptions {
  /** For the head of a request, ms. */
  readonly requestTimeoutMs: number
  readonly connectionsMax: number
  readonly connectionsPerAddressMax: number
  /** Whether an address is that of a proxy in front of us, through which many come. */
  readonly isProxy: (address: string) => boolean
  readonly metrics: Metrics
  /** Certificate and key; null: plain HTTP. */
  readonly tls: TlsKeeper | null
}

/** Nobody sends even the largest file for so long; who sends nothing is given up long before. */
const WHOLE_REQUEST_MS = 3_600_000
const LOOK_EVERY_MS = 5_000
/** Longer than proxies and clients keep a connection, so that it is they who end it. */
const KEEP_ALIVE_MS = 72_000

interface ServerTimeouts {
  readonly headersTimeout: number
  readonly requestTimeout: number
  readonly connectionsCheckingInterval: number
  readonly keepAliveTimeout: number
}

/** The server under the application: plain or TLS, with limits for the slow and the many. */
export function httpServer(handler: RequestListener, options: ServerOptions): Server {
  const { requestTimeoutMs, tls } = options
  const timeouts = {
    headersTimeout: requestTimeoutMs,
    requestTimeout: Math.max(WHOLE_REQUEST_MS, requestTimeoutMs),
    connectionsCheckingInterval: Math.min(LOOK_EVERY_MS, requestTimeoutMs),
    keepAliveTimeout: KEEP_ALIVE_MS,
  }
  const server =
    tls === null ? createServer(timeouts, handler) : secureServer(timeouts, handler, tls)
  capConnections(server, options)
  return server
}

function secureServer(timeouts: ServerTimeouts, handler: RequestListener, tls: TlsKeeper): Server {
  const handshakeTimeout = timeouts.headersTimeout
  const options = { ...timeouts, ...tls.material.context, handshakeTimeout }
  const server = createSecureServer(options, handler)
  tls.onChange(({ context }) => server.setSecureContext(context))
  return server
}

function capConnections(server: Server, options: ServerOptions): void {
  const { connectionsMax, connectionsPerAddressMax, isProxy, metrics } = options
  const open = new Map<string, number>()
  const refuse = (reason: string): void => metrics.httpConnectionsRefused.inc({ reason })
  server.maxConnections = connectionsMax
  server.on('drop', () => refuse('too-many'))
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    if (isProxy(address)) return
    const count = (open.get(address) ?? 0) + 1
    if (count > connectionsPerAddressMax) {
      refuse('too-many-of-address')
      socket.destroy()
      return
    }
    open.set(address, count)
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1
      if (left === 0) open.delete(address)
      else open.set(address, left)
    })
  })
}

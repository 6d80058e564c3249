import type { X509Certificate } from 'node:crypto'
import { createServer, type TLSSocket } from 'node:tls'
import type { Logger } from '#runtime/logger.ts'
import type { Metrics } from '#runtime/metrics.ts'
import type { TlsKeeper } from '#runtime/tls/tls-keeper.ts'
import { type Listener, type ListenerOptions, listen } from './listener.ts'

export interface TlsListenerOptions extends ListenerOptions {
  readonly keeper: TlsKeeper
  /** Whether clients are asked for a certificate. */
  readonly asksForCertificate: boolean
  readonly handshakeTimeoutMs: number
  readonly metrics: Metrics
  readonly log: Logger
}

/**
 * MQTT over TLS. A client may show a certificate; one that our authority did not sign counts as
 * none, and the client needs its secret. One that was taken back is refused whatever else the client
 * has, and ends the connections it opened before.
 *
 * Throws as {@link listen} does.
 */
export async function openTlsListener(options: TlsListenerOptions): Promise<Listener> {
  const { keeper, metrics } = options
  const server = createServer({
    ...keeper.material.context,
    requestCert: options.asksForCertificate,
    // Refused below, by name: a handshake that fails tells nobody why.
    rejectUnauthorized: false,
    handshakeTimeout: options.handshakeTimeoutMs,
    noDelay: true,
  })
  /** Who came in by a certificate, with all that vouch for it. */
  const byCertificate = new Map<TLSSocket, readonly X509Certificate[]>()
  const isRevoked = (chain: readonly X509Certificate[]): boolean =>
    chain.some((certificate) => keeper.material.revoked?.isRevoked(certificate) === true)

  server.on('connection', options.admit)
  server.on('secureConnection', (socket) => {
    const { remoteAddress: address = '', remotePort: port = 0 } = socket
    const chain = chainOf(socket)
    if (isRevoked(chain)) {
      metrics.connectionsRefused.inc({ reason: 'certificate-revoked' })
      const deviceId = certificateNameOf(socket)
      options.log.info({ deviceId, address }, 'a revoked certificate was refused')
      socket.destroy()
      return
    }
    if (chain.length > 0) {
      byCertificate.set(socket, chain)
      socket.once('close', () => byCertificate.delete(socket))
    }
    const certificateName = certificateNameOf(socket)
    options.accept(socket, { listener: 'tls', address, port, certificateName })
  })
  // A handshake that fails ends that connection and concerns nobody else.
  server.on('tlsClientError', (_, socket) => socket.destroy())
  // Sessions of before cannot be resumed: the new context has ticket keys of its own.
  keeper.onChange(({ context }) => {
    server.setSecureContext(context)
    for (const [socket, chain] of byCertificate) {
      if (!isRevoked(chain)) continue
      metrics.connectionsEnded.inc({ reason: 'certificate-revoked' })
      socket.destroy()
    }
  })
  return listen(server, options, 'MQTT_TLS_PORT')
}

/** The certificate of the client and those above it; none where our authority did not sign it. */
function chainOf(socket: TLSSocket): readonly X509Certificate[] {
  const chain: X509Certificate[] = []
  if (!socket.authorized) return chain
  for (let next = socket.getPeerX509Certificate(); next; next = next.issuerCertificate) {
    chain.push(next)
    if (next.checkIssued(next)) break
  }
  return chain
}

function certificateNameOf(socket: TLSSocket): string | undefined {
  if (!socket.authorized) return undefined
  const names: unknown = socket.getPeerCertificate().subject?.CN
  // Of several names none is the name.
  return typeof names === 'string' ? names : undefined
}

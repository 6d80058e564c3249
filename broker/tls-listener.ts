import { createServer, type TLSSocket, type TlsOptions } from 'node:tls'
import { messageOf, Rejected } from '#model/error.ts'
import { type Listener, type ListenerOptions, listen } from './listener.ts'

export interface TlsListenerOptions extends ListenerOptions {
  /** PEM. */
  readonly cert: Buffer
  readonly key: Buffer
  /** Authority of client certificates, PEM; null asks for none. */
  readonly clientCa: Buffer | null
  readonly handshakeTimeoutMs: number
}

/**
 * MQTT over TLS. A client may show a certificate; one that our authority did not sign counts as
 * none, and the client needs its secret.
 *
 * @throws Rejected `bad-configuration` when certificate and key do not do; else as {@link listen}.
 */
export async function openTlsListener(options: TlsListenerOptions): Promise<Listener> {
  const server = createTlsServer(options)
  server.on('connection', options.admit)
  server.on('secureConnection', (socket) => {
    const { remoteAddress: address = '', remotePort: port = 0 } = socket
    const certificateName = certificateNameOf(socket)
    options.accept(socket, { listener: 'tls', address, port, certificateName })
  })
  // A handshake that fails ends that connection and concerns nobody else.
  server.on('tlsClientError', (_, socket) => socket.destroy())
  return listen(server, options, 'MQTT_TLS_PORT')
}

function createTlsServer({ cert, key, clientCa, handshakeTimeoutMs }: TlsListenerOptions) {
  const client: TlsOptions =
    clientCa === null ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: false }
  try {
    return createServer({
      cert,
      key,
      ...client,
      handshakeTimeout: handshakeTimeoutMs,
      noDelay: true,
    })
  } catch (error) {
    const sentence = `MQTT_TLS_CERT_FILE, MQTT_TLS_KEY_FILE or MQTT_TLS_CLIENT_CA_FILE cannot be used: ${messageOf(error)}`
    throw new Rejected('bad-configuration', sentence, { cause: error })
  }
}

function certificateNameOf(socket: TLSSocket): string | undefined {
  if (!socket.authorized) return undefined
  const names: unknown = socket.getPeerCertificate().subject?.CN
  // Of several names none is the name.
  return typeof names === 'string' ? names : undefined
}

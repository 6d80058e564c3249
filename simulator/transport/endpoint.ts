import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Rejected } from '#model/error.ts'

/** Where an MQTT broker listens. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  /** Absent for plain TCP. */
  readonly tls?: TlsTrust
}

/** Whom to trust over TLS. */
export interface TlsTrust {
  /** PEM; absent, the authorities Node knows. */
  readonly ca?: string
  /** False takes any certificate: for a broker with one of its own making. */
  readonly verified: boolean
}

const DEFAULT_PORT = { 'mqtt:': 1883, 'mqtts:': 8883 } as const

/**
 * Reads `mqtt://host[:port]` or `mqtts://host[:port]`.
 *
 * @throws Rejected('invalid-input') when the text is neither.
 */
export function parseEndpoint(text: string, trust: TlsTrust = { verified: true }): Endpoint {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain = url?.protocol === 'mqtt:'
  if (!url?.hostname || !(plain || url.protocol === 'mqtts:')) {
    const wanted = 'mqtt://host[:port] or mqtts://host[:port]'
    throw new Rejected('invalid-input', `not the address of a broker: ${text} (wanted ${wanted})`)
  }
  const port = Number(url.port) || DEFAULT_PORT[plain ? 'mqtt:' : 'mqtts:']
  // The brackets of an IPv6 address belong to the URL alone.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return plain ? { host, port } : { host, port, tls: trust }
}

export const formatEndpoint = ({ host, port, tls }: Endpoint): string =>
  `${tls ? 'mqtts' : 'mqtt'}://${host.includes(':') ? `[${host}]` : host}:${port}`

/** Calls back once bytes can be sent. */
export function openSocket({ host, port, tls }: Endpoint, onOpen: () => void): Socket {
  if (!tls) return connectTcp({ host, port, noDelay: true }, onOpen)
  const { ca, verified } = tls
  const socket = connectTls(
    { host, port, rejectUnauthorized: verified, ...(ca ? { ca } : {}) },
    onOpen,
  )
  socket.setNoDelay(true)
  return socket
}

import { Rejected } from '#model/error.ts'

/** Where an MQTT broker listens. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  /** Absent for what is not encrypted. */
  readonly tls?: TlsTrust
  /** Where MQTT is spoken over WebSocket: on this path. Absent for bare TCP and TLS. */
  readonly webSocketPath?: string
}

/** Whom to trust over TLS. */
export interface TlsTrust {
  /** PEM; absent, the authorities Node knows. */
  readonly ca?: string
  /** False takes any certificate: for a broker with one of its own making. */
  readonly verified: boolean
}

const SCHEMES = {
  'mqtt:': { port: 1883, tls: false, webSocket: false },
  'mqtts:': { port: 8883, tls: true, webSocket: false },
  'ws:': { port: 80, tls: false, webSocket: true },
  'wss:': { port: 443, tls: true, webSocket: true },
} as const

const isScheme = (text: string | undefined): text is keyof typeof SCHEMES =>
  text !== undefined && Object.hasOwn(SCHEMES, text)

/**
 * Reads `mqtt://host[:port]`, `mqtts://…`, `ws://host[:port][/path]` or `wss://…`.
 *
 * @throws Rejected('invalid-input') when the text is none of them.
 */
export function parseEndpoint(text: string, trust: TlsTrust = { verified: true }): Endpoint {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url?.hostname || !isScheme(url.protocol)) {
    const wanted = 'mqtt://, mqtts://, ws:// or wss://, then host[:port]'
    throw new Rejected('invalid-input', `not the address of a broker: ${text} (wanted ${wanted})`)
  }
  const { port, tls, webSocket } = SCHEMES[url.protocol]
  return {
    // The brackets of an IPv6 address belong to the URL alone.
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || port,
    ...(tls ? { tls: trust } : {}),
    ...(webSocket ? { webSocketPath: `${url.pathname}${url.search}` } : {}),
  }
}

export function formatEndpoint({ host, port, tls, webSocketPath }: Endpoint): string {
  const [plain, safe] = webSocketPath === undefined ? ['mqtt', 'mqtts'] : ['ws', 'wss']
  const name = host.includes(':') ? `[${host}]` : host
  return `${tls ? safe : plain}://${name}:${port}${webSocketPath ?? ''}`
}

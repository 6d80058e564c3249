import { connect as connectTcp } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { createWebSocketStream, WebSocket } from 'ws'
import { type Endpoint, formatEndpoint } from './endpoint.ts'

/**
 * Opens what bytes of MQTT go through, and calls back once they can.
 *
 * @param localAddress whence; the system decides when absent
 */
export function openStream(endpoint: Endpoint, localAddress?: string, onOpen?: () => void): Duplex {
  const { host, port, tls, webSocketPath } = endpoint
  const from = localAddress === undefined ? {} : { localAddress }
  const trust = tls
    ? { rejectUnauthorized: tls.verified, ...(tls.ca === undefined ? {} : { ca: tls.ca }) }
    : {}
  if (webSocketPath !== undefined) {
    const webSocket = new WebSocket(formatEndpoint(endpoint), 'mqtt', {
      perMessageDeflate: false,
      ...from,
      ...trust,
    })
    if (onOpen) webSocket.once('open', onOpen)
    return createWebSocketStream(webSocket)
  }
  if (!tls) return connectTcp({ host, port, noDelay: true, ...from }, onOpen)
  const socket = connectTls({ host, port, ...from, ...trust }, onOpen)
  socket.setNoDelay(true)
  return socket
}

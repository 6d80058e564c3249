import { createServer, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws'
import { type Listener, type ListenerOptions, listen } from './listener.ts'

export interface WebSocketListenerOptions extends ListenerOptions {
  /** Largest MQTT packet; a frame of the WebSocket may carry a few of them. */
  readonly packetBytes: number
  readonly handshakeTimeoutMs: number
}

const PROTOCOLS = ['mqtt', 'mqttv3.1']
const PACKETS_PER_FRAME = 4
const STREAM_BUFFER_BYTES = 16_384

/** MQTT over WebSocket, on any path. Throws as {@link listen} does. */
export function openWebSocketListener(options: WebSocketListenerOptions): Promise<Listener> {
  const { admit, accept, packetBytes, handshakeTimeoutMs } = options
  const server = createServer(
    { headersTimeout: handshakeTimeoutMs, requestTimeout: handshakeTimeoutMs },
    (_, response) => response.writeHead(426, { upgrade: 'websocket' }).end(),
  )
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: packetBytes * PACKETS_PER_FRAME,
    handleProtocols: (offered) => PROTOCOLS.find((name) => offered.has(name)) ?? false,
  })
  server.on('connection', admit)
  server.on('upgrade', (request, socket, head) => {
    // The subprotocol must be named (MQTT-6.0.0-3).
    if (!offersMqtt(request)) {
      socket.on('error', () => socket.destroy())
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
      return
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      const { remoteAddress: address = '', remotePort: port = 0 } = request.socket
      accept(streamOf(webSocket), { listener: 'ws', address, port, certificateName: undefined })
    })
  })
  return listen(server, options, 'MQTT_WS_PORT')
}

function offersMqtt({ headers }: IncomingMessage): boolean {
  const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim())
  return PROTOCOLS.some((name) => offered?.includes(name))
}

function streamOf(webSocket: WebSocket): Duplex {
  // Text frames are no MQTT (MQTT-6.0.0-1).
  webSocket.on('message', (_, isBinary) => {
    if (!isBinary) webSocket.close(1003)
  })
  return createWebSocketStream(webSocket, { highWaterMark: STREAM_BUFFER_BYTES })
}

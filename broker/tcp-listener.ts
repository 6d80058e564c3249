import { createServer } from 'node:net'
import { type Listener, type ListenerOptions, listen } from './listener.ts'

// What a client we do not read may have waiting here; the rest waits at its own end.
const STREAM_BUFFER_BYTES = 16_384

/** Plain MQTT over TCP. Throws as {@link listen} does. */
export function openTcpListener(options: ListenerOptions): Promise<Listener> {
  const server = createServer({ noDelay: true, highWaterMark: STREAM_BUFFER_BYTES }, (socket) => {
    options.admit(socket)
    if (socket.destroyed) return
    const { remoteAddress: address = '', remotePort: port = 0 } = socket
    options.accept(socket, { listener: 'tcp', address, port, certificateName: undefined })
  })
  return listen(server, options, 'MQTT_PORT')
}

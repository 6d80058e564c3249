/**
 * Lets everybody in, acknowledges everything and keeps nothing, with as little work as it takes:
 * what a client costs, and not what its broker does.
 */
import { createServer, type Socket } from 'node:net'
import { generate, type Packet, parser } from 'mqtt-packet'

const ANSWER = { returnCode: 0, sessionPresent: false, cmd: 'connack' } as const

function serve(socket: Socket): void {
  const decoder = parser()
  const answer = (packet: Packet): void => {
    if (socket.writable) socket.write(generate(packet))
  }
  decoder.on('error', () => socket.destroy())
  decoder.on('packet', (packet: Packet) => {
    const { cmd, messageId = 0 } = packet
    if (cmd === 'connect') answer(ANSWER)
    if (cmd === 'pingreq') answer({ cmd: 'pingresp' })
    if (cmd === 'subscribe') answer({ cmd: 'suback', messageId, granted: [1] })
    if (cmd === 'publish' && packet.qos === 1) answer({ cmd: 'puback', messageId })
  })
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => decoder.parse(chunk))
}

const server = createServer({ noDelay: true }, serve)
server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }, () => {
  const address = server.address()
  if (address && typeof address === 'object') console.log(JSON.stringify({ port: address.port }))
})

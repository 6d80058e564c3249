import { generate, type Packet, parser } from 'mqtt-packet'
import { Unavailable } from '#model/error.ts'

const LENGTH_BYTES_MAX = 4
const FRAME_MAX_BYTES = 256 * 1_024

export const encode = (packet: Packet): Buffer => generate(packet)

/**
 * Cuts whole packets off the front of what a socket gave, and returns what is left over. Cutting
 * here lets all connections share one decoder: one each would cost a kilobyte a connection.
 *
 * @throws Unavailable('service-unreachable') when the bytes are not MQTT.
 */
export function cutPackets(data: Buffer, onPacket: (packet: Packet) => void): Buffer | undefined {
  let from = 0
  while (from < data.length) {
    const length = packetLength(data, from)
    if (length === undefined || from + length > data.length) break
    onPacket(decode(data.subarray(from, from + length)))
    from += length
  }
  return from < data.length ? data.subarray(from) : undefined
}

/** Of the whole packet with its fixed header; undefined while the header is not all there. */
function packetLength(data: Buffer, from: number): number | undefined {
  let length = 0
  for (let index = 0; index < LENGTH_BYTES_MAX; index += 1) {
    const byte = data[from + 1 + index]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * 128 ** index
    if (byte < 0x80) {
      if (length > FRAME_MAX_BYTES) throw notMqtt('a packet is larger than any the broker sends')
      return 2 + index + length
    }
  }
  throw notMqtt('the length of a packet is malformed')
}

const notMqtt = (why: string, cause?: unknown): Unavailable =>
  new Unavailable('service-unreachable', `what answers is not an MQTT broker: ${why}`, { cause })

let decoded: Packet | undefined
let fault: unknown
const decoder = parser()
decoder.on('packet', (packet) => {
  decoded = packet
})
decoder.on('error', (error) => {
  fault = error
})

// The decoder is fed whole packets only, so it holds nothing over from one call to the next.
function decode(frame: Buffer): Packet {
  decoded = undefined
  fault = undefined
  decoder.parse(frame)
  if (!decoded || fault) throw notMqtt('a packet cannot be decoded', fault)
  return decoded
}

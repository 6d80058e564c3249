import { chance, integerBetween, pick, type Random } from '#simulator/random/random.ts'
import type { Noise } from './act.ts'
import type { DeviceStreams } from './device-streams.ts'
import type { Layer } from './parcel.ts'

/** Beside a share of the good messages goes one that is none. */
export const rubbish =
  (
    noise: 'malformed' | 'oversize',
    share: number,
    streams: DeviceStreams,
    interject: (noise: Noise) => void,
  ): Layer =>
  (parcel, pass) => {
    const { device, at, payload } = parcel.emission
    const random = streams.of(device)
    if (chance(random, share)) {
      const bytes = noise === 'oversize' ? OVERSIZE : malformed(random, payload)
      interject({ type: 'noise', noise, at, device, payload: bytes })
    }
    pass(parcel)
  }

/**
 * More than the 64 KiB that a broker of ours takes unless it is told otherwise
 * (MQTT_PACKET_LIMIT_BYTES), and no reading where it takes more.
 */
const OVERSIZE = Buffer.from(`"${'x'.repeat(70_000)}"`)
const NO_UTF8 = 0xff
const MODEM_SAID = Buffer.from('+CME ERROR: 50\r\n')

type Spoil = (random: Random, payload: Buffer) => Buffer

const SPOILS: readonly Spoil[] = [
  // No true prefix of an object is JSON.
  function cutOff(random, payload) {
    return payload.subarray(0, integerBetween(random, 1, payload.length - 1))
  },
  function bitsFlipped(random, payload) {
    const bytes = Buffer.from(payload)
    bytes[integerBetween(random, 0, bytes.length - 1)] = NO_UTF8
    return bytes
  },
  () => Buffer.alloc(0),
  () => MODEM_SAID,
]

/** What no reader of JSON takes for a reading, made of one that was. */
const malformed: Spoil = (random, payload) => pick(random, SPOILS)(random, payload)

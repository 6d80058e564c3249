import { chance, integerBetween, pick, type Random } from '#simulator/random/random.ts'

/** Makes of the packets of a session what no client should send. */
export type Mutation = (random: Random, packets: readonly Buffer[]) => readonly Buffer[]

const someIndex = (random: Random, { length }: ArrayLike<unknown>): number =>
  integerBetween(random, 0, Math.max(0, length - 1))

/** Another packet in the place of one of them. */
const withOne =
  (change: (random: Random, packet: Buffer, packets: readonly Buffer[]) => Buffer): Mutation =>
  (random, packets) => {
    const index = someIndex(random, packets)
    const packet = packets[index]
    return packet ? packets.with(index, change(random, packet, packets)) : packets
  }

const flipBits = withOne((random, packet) => {
  const flipped = Buffer.from(packet)
  for (let left = integerBetween(random, 1, 8); left > 0 && flipped.length > 0; left--) {
    const at = someIndex(random, flipped)
    flipped[at] = (flipped[at] as number) ^ (1 << integerBetween(random, 0, 7))
  }
  return flipped
})

/** Headers and lengths are where a parser goes wrong. */
const flipHead = withOne((random, packet) => {
  const flipped = Buffer.from(packet)
  const at = integerBetween(random, 0, Math.min(15, flipped.length - 1))
  if (flipped.length > 0) flipped[at] = integerBetween(random, 0, 255)
  return flipped
})

const TELLING_BYTES = [0x00, 0x01, 0x7f, 0x80, 0xff, 0xc0, 0xed, 0x2b, 0x23, 0x2f]

const plantByte = withOne((random, packet) => {
  const planted = Buffer.from(packet)
  if (planted.length > 0) planted[someIndex(random, planted)] = pick(random, TELLING_BYTES)
  return planted
})

const cutShort = withOne((random, packet) => packet.subarray(0, someIndex(random, packet)))

const cutOut = withOne((random, packet) => {
  const from = someIndex(random, packet)
  return Buffer.concat([packet.subarray(0, from), packet.subarray(from + 1)])
})

const insertNoise = withOne((random, packet) => {
  const at = someIndex(random, packet)
  const noise = Buffer.from(
    Array.from({ length: integerBetween(random, 1, 40) }, () => integerBetween(random, 0, 255)),
  )
  return Buffer.concat([packet.subarray(0, at), noise, packet.subarray(at)])
})

/** The beginning of one and the end of another. */
const splice = withOne((random, packet, packets) => {
  const other = pick(random, packets)
  const head = packet.subarray(0, someIndex(random, packet))
  return Buffer.concat([head, other.subarray(someIndex(random, other))])
})

const LENGTHS: readonly (readonly number[])[] = [
  [0x00],
  [0x01],
  [0x7f],
  [0x80, 0x01],
  [0xff, 0x7f],
  [0x80, 0x80, 0x04],
  [0xff, 0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x80, 0x01],
  [0x80, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0xff],
]

/** Says another Remaining Length than the body has. */
const lieAboutLength = withOne((random, packet) => {
  let bodyAt = 1
  while (((packet[bodyAt] ?? 0) & 0x80) !== 0 && bodyAt < 4) bodyAt++
  const first = packet.subarray(0, 1)
  return Buffer.concat([first, Buffer.from(pick(random, LENGTHS)), packet.subarray(bodyAt + 1)])
})

/** Says another length of a text inside, such as that of the topic. */
const lieAboutText = withOne((random, packet) => {
  const lied = Buffer.from(packet)
  const at = integerBetween(random, 2, 4)
  if (lied.length > at + 1) lied.writeUInt16BE(integerBetween(random, 0, 0xffff), at)
  return lied
})

const duplicate: Mutation = (random, packets) => {
  const index = someIndex(random, packets)
  const packet = packets[index]
  if (!packet) return packets
  const again = Array.from({ length: integerBetween(random, 1, 20) }, () => packet)
  return packets.toSpliced(index, 0, ...again)
}

const drop: Mutation = (random, packets) => packets.toSpliced(someIndex(random, packets), 1)

const reorder: Mutation = (random, packets) => {
  const [from, to] = [someIndex(random, packets), someIndex(random, packets)]
  const moved = packets[from]
  return moved ? packets.toSpliced(from, 1).toSpliced(to, 0, moved) : packets
}

const shuffle: Mutation = (random, packets) => {
  const left = [...packets]
  return packets.flatMap(() => left.splice(someIndex(random, left), 1))
}

/** Another protocol altogether. */
const intrude: Mutation = (random, packets) => {
  const strangers = [
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01',
    '\x05\x01\x00',
  ]
  return packets.toSpliced(someIndex(random, packets), 0, Buffer.from(pick(random, strangers)))
}

export const MUTATIONS: readonly Mutation[] = [
  flipBits,
  flipHead,
  plantByte,
  cutShort,
  cutOut,
  insertNoise,
  splice,
  lieAboutLength,
  lieAboutText,
  duplicate,
  drop,
  reorder,
  shuffle,
  intrude,
]

/** One to four of them, one after the other. */
export function mutate(random: Random, packets: readonly Buffer[]): readonly Buffer[] {
  let mutated = packets
  do mutated = pick(random, MUTATIONS)(random, mutated)
  while (chance(random, 0.4))
  return mutated
}

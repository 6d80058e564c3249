import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrameReader } from '#broker/frame-reader.ts'

/** The packets in the chunks, then what is said of the rest. */
function read(chunks: readonly Buffer[], limit = 200): string[] {
  const reader = new FrameReader(limit)
  const said: string[] = []
  for (const chunk of chunks) {
    reader.feed(chunk)
    let next = reader.next()
    for (; next === 'packet'; next = reader.next()) {
      const { bytes, start, bodyStart, end } = reader
      said.push(
        `${bytes.toString('hex', start, bodyStart)} ${bytes.toString('hex', bodyStart, end)}`,
      )
    }
    if (next !== 'more') return [...said, next]
  }
  return said
}

const packet = fc
  .tuple(fc.nat({ max: 255 }), fc.uint8Array({ maxLength: 180 }))
  .map(([first, body]) =>
    Buffer.from([
      first,
      ...(body.length < 128 ? [body.length] : [(body.length & 127) | 128, 1]),
      ...body,
    ]),
  )

const cut = (bytes: Buffer, at: readonly number[]): Buffer[] => {
  const cuts = [...new Set(at.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...cuts].map((start, index) => bytes.subarray(start, cuts[index] ?? bytes.length))
}

describe('the frame reader', () => {
  test('says the same of any bytes, however they are fragmented', () => {
    const bytes = fc.oneof(
      fc.array(packet, { maxLength: 5 }).map((packets) => Buffer.concat(packets)),
      fc.uint8Array({ maxLength: 300 }).map((some) => Buffer.from(some)),
      fc
        .tuple(fc.array(packet, { maxLength: 3 }), fc.uint8Array({ maxLength: 8, min: 128 }))
        .map(([packets, rest]) => Buffer.concat([...packets, Buffer.from(rest)])),
    )
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 20 }), (bytes, places) => {
        expect(read(cut(bytes, places))).toEqual(read([bytes]))
      }),
      { numRuns: 5_000 },
    )
  })

  test('gives every packet whole and once', () => {
    fc.assert(
      fc.property(fc.array(packet), fc.array(fc.nat()), (packets, places) => {
        const said = read(cut(Buffer.concat(packets), places)).map((text) => text.replace(' ', ''))
        expect(said).toEqual(packets.map((bytes) => bytes.toString('hex')))
      }),
    )
  })

  test('refuses a packet by its length, before the packet has come', () => {
    expect(read([Buffer.from([0x30, 0xc7, 0x01])], 201)).toEqual(['too-large'])
    expect(read([Buffer.from([0x30, 0xc6, 0x01])], 201)).toEqual([])
    expect(read([Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])])).toEqual(['too-large'])
  })

  test('refuses a length of more than four bytes as soon as that is known', () => {
    expect(read([Buffer.from([0x30, 0x80, 0x80, 0x80])])).toEqual([])
    expect(read([Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80])])).toEqual(['malformed-length'])
  })

  test('tells another protocol by its first byte', () => {
    const reader = new FrameReader(200, 0x10)
    reader.feed(Buffer.from('G'))
    expect(reader.next()).toBe('not-mqtt')
  })

  test('takes a length that is longer than it need be', () => {
    expect(read([Buffer.from([0xc0, 0x80, 0x00])])).toEqual(['c08000 '])
  })
})

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import type { AedesLine } from '#broker/aedes-line.ts'
import { type FrameFault, FrameReader } from '#broker/frame-reader.ts'
import { type PacketTaker, PacketTap } from '#broker/packet-tap.ts'

describe('the tap', () => {
  class Taker implements PacketTaker {
    room = Number.POSITIVE_INFINITY
    readonly taken: number[] = []
    readonly stops: boolean[] = []
    readonly faults: FrameFault[] = []
    mayTake = (): boolean => this.room > 0
    take({ bytes, start, end }: FrameReader): Buffer | undefined {
      this.room--
      const first = bytes[start] as number
      this.taken.push(first)
      return first === 0x82 ? bytes.subarray(start, end) : undefined
    }
    onHeard = (): void => {}
    onStopped = (isStopped: boolean): void => void this.stops.push(isStopped)
    onDrained = (): void => {}
    onFault = (fault: FrameFault): void => void this.faults.push(fault)
  }

  function tapped(highWaterMark = 16) {
    const written: Buffer[] = []
    const release: (() => void)[] = []
    const stream = new Duplex({
      highWaterMark,
      read: () => {},
      write(chunk: Buffer, _, done) {
        written.push(chunk)
        release.push(done)
      },
    })
    const taker = new Taker()
    const tap = new PacketTap(stream, new FrameReader(100), taker)
    const seen: Buffer[] = []
    let line: AedesLine | undefined
    // As aedes does it.
    tap.handOver(Buffer.alloc(0), (given) => {
      line = given
      given.on('readable', () => {
        const bytes = given.read() as Buffer | null
        if (bytes) seen.push(bytes)
      })
    })
    return {
      stream,
      taker,
      tap,
      line: line as AedesLine,
      seen,
      written,
      release: () => release.splice(0).forEach((done) => done()),
    }
  }

  test('gives on only what it is told to, and stops and goes on between two packets', async () => {
    const { stream, taker, tap, seen } = tapped()
    taker.room = 2
    stream.push(Buffer.from([0x30, 0, 0x82, 1, 7, 0x31, 0, 0x82, 1, 8, 0x32]))
    await vi.waitFor(() => expect(taker.taken).toEqual([0x30, 0x82]))
    expect(tap.isStopped).toBe(true)
    stream.push(Buffer.from([0]))
    taker.room = 10
    tap.resume()
    // What its stream holds comes a turn later.
    await vi.waitFor(() => expect(taker.taken).toEqual([0x30, 0x82, 0x31, 0x82, 0x32]))
    expect(Buffer.concat(seen)).toEqual(Buffer.from([0x82, 1, 7, 0x82, 1, 8]))
    expect(taker.stops).toEqual([true, false])
  })

  test('reads no further while the other side does not take what is written', async () => {
    const { stream, taker, tap, release } = tapped(4)
    tap.write(Buffer.alloc(8))
    expect(tap.isBlocked).toBe(true)
    stream.push(Buffer.from([0x30, 0]))
    await vi.waitFor(() => expect(tap.isStopped).toBe(true))
    expect(taker.taken).toEqual([])
    release()
    await vi.waitFor(() => expect(taker.taken).toEqual([0x30]))
    expect(tap.isBlocked).toBe(false)
  })

  test('writes behind what aedes has written and its line still holds', async () => {
    const { tap, line, written, release } = tapped()
    line.cork()
    line.write(Buffer.from('a'))
    line.write(Buffer.from('b'))
    tap.write(Buffer.from('c'))
    expect(written).toEqual([])
    line.uncork()
    tap.write(Buffer.from('d'))
    await vi.waitFor(() => {
      release()
      expect(Buffer.concat(written).toString()).toBe('abcd')
    })
    release()
    expect(line.waitingBytes).toBe(0)
  })

  test.each(['line', 'stream'] as const)('closes both ends when the %s is', async (end) => {
    const parts = tapped()
    parts[end].destroy()
    await vi.waitFor(() => expect([parts.line.closed, parts.stream.closed]).toEqual([true, true]))
  })

  test('tells aedes that the other side has ended', async () => {
    const { stream, line } = tapped()
    const ended = once(line, 'end')
    stream.push(null)
    await ended
  })

  test('of a socket holds no more than its stream does, and loses nothing of it', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const [socket] = (await once(server, 'connection')) as [Socket]
    const taker = new Taker()
    const tap = new PacketTap(socket, new FrameReader(100), taker)
    try {
      taker.room = 3
      const packets = Buffer.alloc(2_000_000, Buffer.from([0x30, 0]))
      client.write(packets)
      await vi.waitFor(() => expect(tap.isStopped).toBe(true))
      // The other side can send no more.
      await vi.waitFor(() => expect(socket.readableLength).toBeGreaterThan(0))
      expect(taker.taken).toHaveLength(3)
      expect(socket.bytesRead).toBeLessThan(packets.length)
      taker.room = Number.POSITIVE_INFINITY
      tap.resume()
      await vi.waitFor(() => expect(taker.taken).toHaveLength(packets.length / 2))
      const ended = once(socket, 'end')
      client.end()
      await ended
    } finally {
      client.destroy()
      socket.destroy()
      server.close()
    }
  })

  test('tells of a fault and gives on what came before it', async () => {
    const { stream, taker, seen } = tapped()
    stream.push(Buffer.from([0x82, 0, 0x30, 0xff, 0xff, 0xff, 0xff, 1]))
    await vi.waitFor(() => expect(taker.faults).toEqual(['malformed-length']))
    expect(Buffer.concat(seen)).toEqual(Buffer.from([0x82, 0]))
  })
})

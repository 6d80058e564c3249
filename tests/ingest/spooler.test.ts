import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { Ingest } from '#ingest/ingest.ts'
import { PendingBatch } from '#ingest/pending-batch.ts'
import { readRecord } from '#ingest/read-spool-record.ts'
import { writeRecord } from '#ingest/spool-record.ts'
import type { Envelope } from '#model/envelope.ts'
import { Rejected } from '#model/error.ts'
import { milliseconds } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { Spool } from '#spool/spool.ts'
import { MemoryDisk } from '#tests/spool/memory-disk.ts'
import { config, envelopeOf, MemorySink, receivedAt, registry } from './fixtures.ts'

const METRICS = createMetrics()

async function open(more: { after?: number; maxBytes?: number; disk?: MemoryDisk } = {}) {
  const { after = 20, maxBytes = 100_000, disk = new MemoryDisk() } = more
  const spool = await Spool.open({
    folder: '/spool',
    maxBytes,
    drained: () => 0,
    log: silentLogger,
    disk,
  })
  const sink = new MemorySink()
  const settled: Envelope[] = []
  const fatal: unknown[] = []
  const ingest = new Ingest({
    config: { ...config, batchMaxMessages: 10 },
    registry,
    sink,
    metrics: METRICS,
    spool: {
      spool,
      after: milliseconds(after),
      stalledSince: () => null,
      clock: { now: () => receivedAt },
      log: silentLogger,
    },
    onFatal: (error) => fatal.push(error),
  })
  const offer = (payload: string, extra: Partial<Envelope> = {}): Envelope => {
    const envelope = envelopeOf('cover-1', payload, extra)
    ingest.offer(envelope, (message) => settled.push(message))
    return envelope
  }
  const drained = () => vi.waitFor(() => expect(spool.isEmpty).toBe(true), { interval: 1 })
  const allSettled = (count: number) =>
    vi.waitFor(() => expect(settled).toHaveLength(count), { interval: 1, timeout: 5_000 })
  return { spool, sink, ingest, settled, fatal, offer, drained, allSettled, disk }
}

const reading = (seq: number): string => `{"seq":${seq},"tilt_deg":1}`
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

describe('while the database is away', () => {
  test('a hiccup is waited out, and nothing is spooled', async () => {
    const { sink, spool, ingest, offer, settled } = await open({ after: 10_000 })
    sink.hold()
    for (const n of upTo(5)) offer(reading(n))
    await vi.waitFor(() => expect(sink.batches).toHaveLength(1))
    expect(settled).toEqual([])
    sink.letGo()
    await ingest.drain()
    expect(settled).toHaveLength(5)
    expect(spool.generation).toBeTypeOf('string')
    expect(sink.batches.some(({ fromSpool }) => fromSpool)).toBe(false)
  })

  test('messages are acknowledged in the order in which they came, the stuck ones first', async () => {
    const { sink, offer, settled, allSettled, drained, fatal } = await open()
    sink.hold()
    const offered = [offer(reading(0))]
    await vi.waitFor(() => expect(sink.batches).toHaveLength(1))
    for (const n of upTo(35)) offered.push(offer(reading(n + 1)))
    await allSettled(36)
    expect(settled).toEqual(offered)
    expect(sink.readings).toEqual([])
    sink.letGo()
    await drained()
    expect(sink.readings.map(({ seq }) => seq)).toEqual(upTo(36))
    expect(fatal).toEqual([])
  })

  test('a commit that was begun before is waited for and not done again', async () => {
    const { sink, offer, allSettled, drained } = await open()
    sink.hold()
    offer(reading(0))
    await allSettled(1)
    sink.letGo()
    await drained()
    // The second writes nothing but how far the spool is drained.
    expect(sink.batches.map(({ readings }) => readings.length)).toEqual([1, 0])
    expect(sink.batches[1]?.fromSpool).toMatchObject({ record: 1 })
  })

  test('a spool that is full acknowledges no more, and all goes on when there is room', async () => {
    const { sink, ingest, spool, offer, settled, allSettled, drained } = await open({
      maxBytes: 2_000,
    })
    sink.hold()
    for (const n of upTo(60)) offer(reading(n))
    await vi.waitFor(() => expect(ingest.spooler?.state.blocked).toBe('the spool is full'))
    expect(settled.length).toBeGreaterThan(0)
    expect(settled.length).toBeLessThan(60)
    expect(spool.bytes).toBeLessThanOrEqual(2_000)
    sink.letGo()
    await allSettled(60)
    await drained()
    expect(sink.readings.map(({ seq }) => seq)).toEqual(upTo(60))
    expect(ingest.spooler?.state).toEqual({ since: null, blocked: null })
  })

  test('a disk that fails acknowledges nothing either; the database does when it is back', async () => {
    const disk = new MemoryDisk()
    const { sink, ingest, offer, settled, spool } = await open({ disk })
    disk.fault = (deed) => (deed === 'sync' ? 'EIO' : undefined)
    sink.hold()
    offer(reading(0))
    await vi.waitFor(() => expect(ingest.spooler?.state.blocked).toContain('cannot be written'))
    expect(settled).toEqual([])
    sink.letGo()
    await ingest.drain()
    expect(settled).toHaveLength(1)
    expect(spool.isEmpty).toBe(true)
    expect(ingest.spooler?.state.blocked).toBeNull()
  })
})

describe('what comes out of the spool', () => {
  test('of a device that is gone goes to the quarantine as the message it was', async () => {
    const batch = new PendingBatch()
    const gone = { find: () => undefined }
    const { ingest, sink, offer, disk, allSettled } = await open()
    sink.hold()
    const sent = offer(`[${reading(1)},{"tilt_deg":"x"},${reading(2)}]`)
    await allSettled(1)
    const later = await Spool.open({
      folder: '/spool',
      maxBytes: 1,
      drained: () => 0,
      log: silentLogger,
      disk: disk.crash(0),
    })
    readRecord(Buffer.from((await later.next())?.body ?? []), gone, batch)
    expect(batch.readings).toEqual([])
    expect(batch.rejections.map(({ item, payload }) => [item, Buffer.from(payload)])).toEqual([
      [null, sent.payload],
      [1, Buffer.from('{"tilt_deg":"x"}')],
    ])
    expect(batch.rejections[0]?.reasons).toEqual([
      { code: 'unknown-device', detail: 'it was a manhole-cover when the message came' },
    ])
    sink.letGo()
    await ingest.drain()
  })

  test('and is refused by the database goes there with its exact bytes, each time as one entry', async () => {
    const ids: string[] = []
    for (const _ of [1, 2]) {
      const { sink, offer, allSettled, drained } = await open()
      sink.hold()
      sink.refuses = ({ readings }) =>
        readings.some(({ seq }) => seq === 7)
          ? new Rejected('database-refused', 'the database refuses a value')
          : undefined
      offer(`[${reading(6)}, ${reading(7)}]`)
      await allSettled(1)
      sink.letGo()
      await drained()
      expect(sink.readings.map(({ seq }) => seq)).toEqual([6])
      expect(sink.rejections.map(({ payload }) => Buffer.from(payload).toString())).toEqual([
        reading(7),
      ])
      ids.push(sink.rejections[0]?.id ?? '')
    }
    expect(ids[0]).toBe(ids[1])
  })

  test('is what was taken, whatever that was', async () => {
    const text = fc.oneof(
      fc.json(),
      fc.constantFrom('rubbish', '{}', '[{},{}]', '{"tilt_deg":999}', reading(1), '[]'),
      fc
        .array(fc.record({ tilt_deg: fc.double(), seq: fc.nat(), other: fc.jsonValue() }))
        .map((items) => JSON.stringify(items)),
    )
    const message = fc.record({
      text,
      deviceId: fc.constantFrom('cover-1', 'truck-gcj', 'gauge-1', 'nobody'),
      topic: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
      replayOf: fc.option(fc.uuid(), { freq: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 8 }), async (messages) => {
        const { sink, ingest } = await open({ after: 10_000 })
        for (const { text, deviceId, topic, replayOf } of messages) {
          const more = topic === undefined ? { replayOf } : { replayOf, topic }
          ingest.offer(envelopeOf(deviceId, text, more), () => undefined)
        }
        await ingest.drain()
        for (const batch of sink.batches) {
          const again = new PendingBatch()
          readRecord(writeRecord(batch as PendingBatch), registry, again)
          expect(plain(again)).toEqual(plain(batch as PendingBatch))
        }
      }),
      { numRuns: 40 },
    )
  })

  test('of a version that had other channels keeps every value', async () => {
    const { sink, ingest, offer } = await open({ after: 10_000 })
    offer('{"measuredAt":1795420800000,"tilt_deg":1.5,"battery_pct":80}')
    await ingest.drain()
    const record = writeRecord(sink.batches[0] as PendingBatch).toString('latin1')
    const older = Buffer.from(record.replace('"tilt_deg"', '"lean_deg"'), 'latin1')
    const batch = new PendingBatch()
    readRecord(older, registry, batch)
    const before = sink.readings[0]
    expect(batch.readings[0]).toMatchObject({
      extra: { lean_deg: 1.5 },
      values: before?.values.map((value) => (value === 1.5 ? undefined : value)),
    })
  })

  test('while it is drained, less is added than goes out, however much comes', async () => {
    const { sink, spool, offer, allSettled, drained } = await open({ maxBytes: 1_000_000 })
    sink.hold()
    for (const n of upTo(400)) offer(reading(n))
    await allSettled(400)
    const before = spool.bytes
    sink.letGo()
    let sent = 400
    for (; !spool.isEmpty && sent < 20_000; await new Promise(setImmediate)) {
      for (let n = 0; n < 50; n++) offer(reading(sent++))
    }
    expect(before).toBeGreaterThan(0)
    expect(spool.isEmpty).toBe(true)
    await allSettled(sent)
    await drained()
    expect(sink.readings.map(({ seq }) => seq)).toEqual(upTo(sent))
  })
})

/** -0 is 0 in JSON, and to the database. */
const plain = (batch: PendingBatch): unknown =>
  JSON.parse(
    JSON.stringify(batch.parts(), (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
    ),
  )

import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Ingest } from '#ingest/ingest.ts'
import type { Batch } from '#model/commit.ts'
import type { Envelope } from '#model/envelope.ts'
import { Rejected, Unavailable } from '#model/error.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { config, envelopeOf, MemorySink, registry } from './fixtures.ts'

function start(more: Partial<typeof config> = {}) {
  const sink = new MemorySink()
  const metrics = createMetrics()
  const fatal: unknown[] = []
  const settled: Envelope[] = []
  const ingest = new Ingest({
    config: { ...config, ...more },
    registry,
    sink,
    metrics,
    onFatal: (error) => fatal.push(error),
  })
  const offer = (payload: string, extra: Partial<Envelope> = {}): Envelope => {
    const envelope = envelopeOf('cover-1', payload, extra)
    ingest.offer(envelope, (message) => settled.push(message))
    return envelope
  }
  return { ingest, sink, metrics, fatal, settled, offer }
}

const reading = (seq: number): string => `{"seq":${seq},"tilt_deg":1}`
const seqs = (sink: MemorySink): number[] => sink.readings.map(({ seq }) => seq)

async function metric(metrics: ReturnType<typeof createMetrics>, name: string): Promise<number> {
  const found = await metrics.registry.getSingleMetric(name)?.get()
  return found?.values.reduce((sum, { value }) => sum + value, 0) ?? Number.NaN
}

describe('group commit', () => {
  test('a lone message is committed in the same turn of the event loop', async () => {
    const { sink, offer } = start()
    offer(reading(1))
    expect(sink.batches).toHaveLength(0)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    expect(sink.batches).toHaveLength(1)
  })

  test('messages of one turn share a commit', async () => {
    const { ingest, sink, offer } = start()
    for (let seq = 0; seq < 10; seq++) offer(reading(seq))
    await ingest.drain()
    expect(sink.batches.map(({ readings }) => readings.length)).toEqual([10])
  })

  test('what arrives during a commit waits for it and goes together, in its order', async () => {
    const { ingest, sink, settled, offer } = start()
    sink.hold()
    const first = offer(reading(0))
    await vi.waitFor(() => expect(sink.batches).toHaveLength(1))
    const later = [1, 2, 3].map((seq) => offer(reading(seq)))
    expect(settled).toEqual([])
    sink.letGo()
    await ingest.drain()
    expect(sink.batches.map(({ readings }) => readings.length)).toEqual([1, 3])
    expect(settled).toEqual([first, ...later])
  })

  test('a batch is never larger than it may be, and only one is with the sink', async () => {
    const { ingest, sink, offer } = start({ batchMaxMessages: 7 })
    for (let seq = 0; seq < 100; seq++) offer(reading(seq))
    await ingest.drain()
    expect(Math.max(...sink.batches.map(({ readings }) => readings.length))).toBe(7)
    expect(sink.mostAtOnce).toBe(1)
    expect(seqs(sink)).toEqual(Array.from({ length: 100 }, (_, seq) => seq))
  })

  test('a batch of array messages ends by its readings, one of large messages by its bytes', async () => {
    const arrays = start({ batchMaxMessages: 10 })
    for (let n = 0; n < 8; n++) arrays.offer(`[${reading(1)},${reading(2)},${reading(3)},{}]`)
    await arrays.ingest.drain()
    expect(arrays.sink.batches.map(({ readings }) => readings.length)).toEqual([12, 12, 8])
    const large = start()
    for (let n = 0; n < 20; n++) large.offer('x'.repeat(1_000_000))
    await large.ingest.drain()
    expect(large.sink.batches.map(({ rejections }) => rejections.length)).toEqual([9, 9, 2])
  })

  test('what gathered is with the sink before the commit it waited for is acknowledged', async () => {
    const { ingest, sink, offer } = start()
    const atAcknowledgement: number[] = []
    sink.hold()
    // As connections do, which write the acknowledgements of a turn in one piece at its end.
    const acknowledge = () => process.nextTick(() => atAcknowledgement.push(sink.batches.length))
    ingest.offer(envelopeOf('cover-1', reading(0)), acknowledge)
    await vi.waitFor(() => expect(sink.batches).toHaveLength(1))
    offer(reading(1))
    sink.letGo()
    await ingest.drain()
    expect(atAcknowledgement).toEqual([2])
  })

  test('acknowledges in the order of arrival whatever the sink and the arrivals do', async () => {
    const step = fc.oneof(
      fc.constant('turn' as const),
      fc.constant('hold' as const),
      fc.constant('let go' as const),
      fc.constantFrom(reading(1), '[{},{}]', 'rubbish', '{"tilt_deg":999}'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { ingest, sink, settled, offer } = start({ batchMaxMessages: 5 })
        const offered: Envelope[] = []
        for (const step of steps) {
          if (step === 'hold') sink.hold()
          else if (step === 'let go') sink.letGo()
          else if (step === 'turn') await new Promise(setImmediate)
          else offered.push(offer(step))
          expect(settled).toEqual(offered.slice(0, settled.length))
        }
        sink.letGo()
        await ingest.drain()
        expect(settled).toEqual(offered)
        expect(ingest.pending).toEqual({ messages: 0, bytes: 0 })
      }),
      { numRuns: 100 },
    )
  })
})

describe('room', () => {
  test('is crowded at an eighth of its bytes, full above them, and announces room when there is plenty', async () => {
    const { ingest, sink, offer } = start({ pendingMaxBytes: 10_000, batchMaxMessages: 1 })
    const rooms: number[] = []
    ingest.onRoom(() => rooms.push(ingest.pending.bytes))
    sink.hold()
    while (!ingest.isFull) offer(reading(1))
    const { messages, bytes } = ingest.pending
    expect(bytes).toBeGreaterThan(10_000)
    expect(messages).toBeGreaterThan(5)
    sink.letGo()
    await ingest.drain()
    // It was crowded long before, and is no more when three quarters of that are gone.
    expect(rooms).toHaveLength(1)
    expect(rooms[0]).toBeLessThanOrEqual(7_500 / 8)
    expect(ingest).toMatchObject({ isFull: false, isCrowded: false })
  })
})

describe('values the database refuses', () => {
  const holds = (batch: Batch, seq: number): boolean =>
    batch.readings.some((reading) => reading.seq === seq)
  const refusal = new Rejected('database-refused', 'value out of range')

  test('go to the quarantine alone; all beside them are stored, in order', async () => {
    const { ingest, sink, settled, offer, metrics } = start()
    sink.refuses = (batch) => (holds(batch, 3) || holds(batch, 7) ? refusal : undefined)
    const offered = Array.from({ length: 10 }, (_, seq) => offer(reading(seq)))
    await ingest.drain()
    expect(seqs(sink)).toEqual([0, 1, 2, 4, 5, 6, 8, 9])
    expect(sink.rejections.map(({ payload }) => Buffer.from(payload).toString())).toEqual([
      reading(3),
      reading(7),
    ])
    expect(sink.rejections[0]?.reasons).toEqual([
      { code: 'database-refused', detail: 'value out of range' },
    ])
    expect(settled).toEqual(offered)
    expect(await metric(metrics, 'wanmi_readings_stored_total')).toBe(8)
    expect(await metric(metrics, 'wanmi_messages_quarantined_total')).toBe(2)
  })

  test('in an array cost only their own item', async () => {
    const { ingest, sink, offer } = start()
    sink.refuses = (batch) => (holds(batch, 2) ? refusal : undefined)
    offer('[{"seq":1}, {"seq":2} ,{"seq":3},{"seq":-4}]')
    await ingest.drain()
    expect(seqs(sink)).toEqual([1, 3])
    expect(
      sink.rejections.map(({ item, payload }) => [item, Buffer.from(payload).toString()]),
    ).toEqual([
      [3, '{"seq":-4}'],
      [1, '{"seq":2}'],
    ])
  })

  test('keep an entry that is run again open, with its new reason', async () => {
    const { ingest, sink, offer } = start()
    const replayOf = '00000000-0000-4000-8000-000000000003'
    sink.refuses = (batch) => (holds(batch, 1) ? refusal : undefined)
    offer(reading(1), { replayOf })
    await ingest.drain()
    expect(sink.resolved).toEqual([])
    expect(sink.rejections).toMatchObject([{ replayOf, reasons: [{ code: 'database-refused' }] }])
  })

  test('even as a rejection are kept with no more than that said', async () => {
    const { ingest, sink, offer } = start()
    sink.refuses = (batch) =>
      batch.rejections.some(({ reasons }) => reasons[0]?.code === 'channel-range')
        ? refusal
        : undefined
    offer('{"tilt_deg":999}')
    await ingest.drain()
    expect(sink.rejections).toMatchObject([{ reasons: [{ code: 'database-refused' }] }])
  })

  test('in every form end the service', async () => {
    const { ingest, sink, fatal, settled, offer } = start()
    sink.refuses = () => refusal
    offer(reading(1))
    await ingest.drain()
    expect(fatal).toMatchObject([{ code: 'internal' }])
    expect(settled).toEqual([])
  })
})

test('any other failure of the sink ends the service and acknowledges nothing', async () => {
  const { ingest, sink, fatal, settled, offer } = start()
  const error = new Unavailable('database-unavailable', 'gone')
  sink.refuses = () => error
  offer(reading(1))
  await vi.waitFor(() => expect(fatal).toEqual([error]))
  offer(reading(2))
  await ingest.drain()
  expect(settled).toEqual([])
  expect(sink.batches).toHaveLength(1)
})

test('a message somebody else judged goes to the quarantine in its turn', async () => {
  const { ingest, sink, settled, offer } = start()
  const first = offer(reading(1))
  const second = envelopeOf('cover-1', 'x', { topic: 'wanmi/v1/cover-1/command/reply' })
  ingest.refuse(second, [{ code: 'reply-format' }], (message) => settled.push(message))
  await ingest.drain()
  expect(settled).toEqual([first, second])
  expect(sink.rejections).toMatchObject([{ reasons: [{ code: 'reply-format' }] }])
})

test('counts what waits and what was done', async () => {
  const { ingest, sink, metrics, offer } = start()
  onTestFinished(() => sink.letGo())
  sink.hold()
  offer(reading(1))
  offer('rubbish', { qos: 0 })
  expect(await metric(metrics, 'wanmi_pending_messages')).toBe(2)
  expect(await metric(metrics, 'wanmi_pending_bytes')).toBe(ingest.pending.bytes)
  await vi.waitFor(() => expect(sink.batches).toHaveLength(1))
  sink.letGo()
  await ingest.drain()
  expect(await metric(metrics, 'wanmi_pending_messages')).toBe(0)
  expect(await metric(metrics, 'wanmi_messages_acknowledged_total')).toBe(1)
  expect(await metric(metrics, 'wanmi_messages_best_effort_total')).toBe(1)
  expect(await metric(metrics, 'wanmi_rejection_reasons_total')).toBe(1)
})

/**
 * What decoding and checking one message costs, for each kind of device. `plain` is what devices
 * send: known channels, a time with a zone. `unknown` has one channel its kind does not know, and
 * `refused` one value out of range: both go through the full decoder. `array` is a flushed buffer
 * of 100, per reading.
 *
 * What the numbers do not say: what a socket, MQTT and the commit cost; how the garbage collector
 * behaves when readings live until their commit (here each batch is dropped at once).
 *
 *     node bench/decode.ts
 */
import { cpus } from 'node:os'
import { Decoder } from '#ingest/decoder.ts'
import { PendingBatch } from '#ingest/pending-batch.ts'
import type { Channel } from '#model/channel.ts'
import type { Device } from '#model/device.ts'
import type { Envelope } from '#model/envelope.ts'
import type { DeviceKind } from '#model/kind.ts'
import { KINDS } from '#model/kinds.ts'
import { days, type EpochMs, epochMs, formatInstant, seconds } from '#model/time.ts'
import { telemetryTopic } from '#model/topic.ts'
import { bareDevice } from '#tests/support/bare-device.ts'

const MESSAGES = 1_000
const ROUNDS = 200
const ARRAY_ITEMS = 100
const receivedAt = epochMs(Date.UTC(2026, 10, 23, 8))

type Item = Record<string, unknown>

function sample({ type, min = 0, max = 1, precision = 1 }: Channel, index: number): unknown {
  if (type === 'boolean') return index % 2 === 0
  const value = min + ((max - min) * ((index * 7) % 97)) / 97
  return Number((Math.round(value / precision) * precision).toFixed(6))
}

/** A full reading: every channel of the kind, a time, a sequence number. */
const itemOf = (kind: DeviceKind, index: number): Item => ({
  measuredAt: formatInstant(epochMs(receivedAt - index * 1_000)),
  seq: index,
  ...Object.fromEntries(
    kind.channels.map((channel, slot) => [channel.name, sample(channel, index + slot)]),
  ),
})

const deviceOf = ({ name }: DeviceKind): Device => bareDevice(`${name}-0001`, name)

const envelopeOf = (device: Device, at: EpochMs, body: unknown): Envelope => ({
  deviceId: device.id,
  topic: telemetryTopic(device.id),
  payload: Buffer.from(JSON.stringify(body)),
  qos: 1,
  receivedAt: at,
  replayOf: null,
})

/** Nanoseconds per message: the best of the rounds, which others on the machine disturb least. */
function measure(device: Device, bodies: readonly unknown[]): number {
  const decoder = new Decoder(
    { find: () => device },
    { maxAge: days(30), maxAhead: seconds(300), itemsMax: 1_000, extraMaxBytes: 8_192 },
  )
  const envelopes = bodies.map((body) => envelopeOf(device, receivedAt, body))
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const batch = new PendingBatch()
    const startedAt = performance.now()
    for (const envelope of envelopes) decoder.decode(envelope, batch)
    best = Math.min(best, performance.now() - startedAt)
  }
  return (best * 1_000_000) / envelopes.length
}

const indices = Array.from({ length: MESSAGES }, (_, index) => index)
const rows = KINDS.map((kind) => {
  const device = deviceOf(kind)
  const items = indices.map((index) => itemOf(kind, index))
  const buffers = indices
    .slice(0, MESSAGES / ARRAY_ITEMS)
    .map((index) => items.slice(index * ARRAY_ITEMS, (index + 1) * ARRAY_ITEMS))
  return {
    kind: kind.name,
    bytes: JSON.stringify(items[0]).length,
    plain_ns: Math.round(measure(device, items)),
    array_ns: Math.round(measure(device, buffers) / ARRAY_ITEMS),
    unknown_ns: Math.round(
      measure(
        device,
        items.map((item) => ({ ...item, firmware: '1.4.2' })),
      ),
    ),
    refused_ns: Math.round(
      measure(
        device,
        items.map((item) => ({ ...item, [kind.channels[2]?.name ?? '']: 1e9 })),
      ),
    ),
  }
})

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`)
console.table(rows)

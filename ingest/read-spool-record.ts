import type { ChannelValue } from '#model/channel.ts'
import type { Device } from '#model/device.ts'
import type { Envelope } from '#model/envelope.ts'
import type { Reading } from '#model/reading.ts'
import { epochMs } from '#model/time.ts'
import { telemetryTopic } from '#model/topic.ts'
import { arrayItems } from './array-items.ts'
import { findLayout } from './kind-layout.ts'
import type { PendingBatch } from './pending-batch.ts'
import type { Registry } from './ports.ts'
import { reason } from './reason.ts'
import type { WrittenBatch, WrittenMessage, WrittenReading } from './spool-record.ts'

/**
 * Adds what a record of the spool says to a batch. Readings of a device that is registered no longer
 * go to the quarantine, as the message.
 *
 * @throws SyntaxError and the like for what `writeRecord` did not write
 */
export function readRecord(body: Buffer, registry: Registry, batch: PendingBatch): void {
  const payloadsAt = 4 + body.readUInt32BE(0)
  const written = JSON.parse(body.toString('utf8', 4, payloadsAt)) as WrittenBatch
  const slots = new Map(
    Object.entries(written.channels).map(([kind, names]) => slotsOf(kind, names)),
  )
  let at = payloadsAt
  const payloadBytes = written.messages.reduce((sum, message) => sum + message[2], 0)
  if (at + payloadBytes !== body.length) {
    throw new SyntaxError('the payloads of a record are not as long as it says')
  }
  for (const message of written.messages) {
    const payload = body.subarray(at, at + message[2])
    at += message[2]
    readMessage(message, payload, { registry, slots }, batch)
  }
}

interface Slots {
  /** By position in the record, the slot of a channel now; -1 for one there is no more. */
  readonly indices: readonly number[]
  readonly names: readonly string[]
  readonly blank: readonly unknown[]
}

/** Another version of Wanmi may have other channels, or the same in another order. */
function slotsOf(kind: string, names: readonly string[]): [string, Slots] {
  const layout = findLayout(kind)
  const indices = names.map((name) => layout?.slots.get(name) ?? -1)
  return [kind, { indices, names, blank: layout?.blank ?? [] }]
}

interface Context {
  readonly registry: Registry
  readonly slots: ReadonlyMap<string, Slots>
}

function readMessage(
  message: WrittenMessage,
  payload: Uint8Array,
  { registry, slots }: Context,
  batch: PendingBatch,
): void {
  const [deviceId, topic, , qos, receivedAt, replayOf, kind, readings, rejections, resolved] =
    message
  const envelope: Envelope = {
    deviceId,
    topic: topic ?? telemetryTopic(deviceId),
    payload,
    qos,
    receivedAt: epochMs(receivedAt),
    replayOf,
  }
  const device = registry.find(deviceId)
  const ofKind = slots.get(kind ?? '')
  if (readings.length > 0) {
    if (!device || device.kind !== kind || !ofKind) {
      const detail = `it was a ${kind} when the message came`
      batch.reject(envelope, [reason('unknown-device', undefined, detail)])
    } else {
      for (const reading of readings) {
        batch.addReading(readingOf(reading, device, envelope, ofKind), reading[0])
      }
    }
  }
  let items: readonly Uint8Array[] | undefined
  for (const [id, item, reasons, replayOf] of rejections) {
    if (item !== null) items ??= arrayItems(payload)
    const own = (item === null ? undefined : items?.[item]) ?? payload
    const { topic, receivedAt } = envelope
    batch.rejections.push({
      id,
      deviceId,
      topic,
      payload: own,
      item,
      receivedAt,
      reasons,
      replayOf,
    })
  }
  batch.resolved.push(...resolved)
  batch.complete(envelope, nobodyWaits)
}

const nobodyWaits = (): void => undefined

function readingOf(
  [, measuredAt, seq, serverClock, written, extra]: WrittenReading,
  device: Device,
  { receivedAt }: Envelope,
  { indices, names, blank }: Slots,
): Reading {
  const values = blank.slice() as (ChannelValue | undefined)[]
  const unknown: Record<string, unknown> = {}
  for (const [index, value] of written.entries()) {
    if (value === null) continue
    const slot = indices[index] as number
    if (slot >= 0) values[slot] = value
    else unknown[names[index] as string] = value
  }
  const hasUnknown = Object.keys(unknown).length > 0
  return {
    device,
    measuredAt: epochMs(measuredAt),
    seq,
    receivedAt,
    serverClock: serverClock === 1,
    values,
    extra: hasUnknown ? { ...extra, ...unknown } : extra,
  }
}

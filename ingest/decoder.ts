import type { ChannelValue } from '#model/channel.ts'
import type { Device } from '#model/device.ts'
import type { Envelope } from '#model/envelope.ts'
import { messageOf } from '#model/error.ts'
import { toWgs84 } from '#model/place.ts'
import type { Reading } from '#model/reading.ts'
import type { Reason } from '#model/rejection.ts'
import { minus, plus } from '#model/time.ts'
import { telemetryTopic } from '#model/topic.ts'
import { arrayItems } from './array-items.ts'
import { type Draft, draftOf } from './draft.ts'
import { itemFaults, type ReadingLimits } from './item-checks.ts'
import { findLayout, type KindLayout } from './kind-layout.ts'
import { formFaults, messageFaults } from './message-checks.ts'
import { parsePayload } from './payload.ts'
import type { PendingBatch } from './pending-batch.ts'
import type { Registry } from './ports.ts'
import type { QuickContext, QuickReader } from './quick-reader.ts'
import { reason } from './reason.ts'
import { SeqSource } from './seq-source.ts'

export interface DecoderLimits extends ReadingLimits {
  /** Most readings in one array message. */
  readonly itemsMax: number
}

const ARRAY = 0x5b
const ARRAY_END = 0x5d
const COMMA = 0x2c

/**
 * Makes readings and rejections of a message. Every message ends as at least one of the two; every
 * rejection names all its reasons. It never throws.
 */
export class Decoder {
  readonly #registry: Registry
  readonly #limits: DecoderLimits
  readonly #seqs = new SeqSource()

  constructor(registry: Registry, limits: DecoderLimits) {
    this.#registry = registry
    this.#limits = limits
  }

  decode(envelope: Envelope, batch: PendingBatch): void {
    try {
      this.#decode(envelope, batch)
    } catch (error) {
      // It would come again after each restart: it is kept, and the service goes on.
      batch.undo()
      batch.reject(envelope, [reason('not-decoded', undefined, messageOf(error))])
    }
  }

  #decode(envelope: Envelope, batch: PendingBatch): void {
    const device = this.#registry.find(envelope.deviceId)
    const layout = device && findLayout(device.kind)
    if (!device || !layout) return this.#refuseStranger(envelope, batch)
    if (device.enabled && envelope.topic === telemetryTopic(device.id)) {
      if (this.#readQuickly(envelope, device, layout.quick, batch)) return
      batch.undo()
    }
    this.#readFully(envelope, device, layout, batch)
  }

  /** True when every item was plain and faultless; otherwise what it added counts for nothing. */
  #readQuickly(
    { payload, receivedAt, replayOf }: Envelope,
    device: Device,
    quick: QuickReader,
    batch: PendingBatch,
  ): boolean {
    const { maxAge, maxAhead, itemsMax } = this.#limits
    const [earliest, latest] = [minus(receivedAt, maxAge), plus(receivedAt, maxAhead)]
    const context: QuickContext = { device, receivedAt, earliest, latest }
    if (payload[0] !== ARRAY) {
      const reading = quick.read(payload, 0, context)
      if (!reading || quick.end !== payload.length) return false
      batch.addReading(reading, null)
    } else {
      let end = 0
      for (let item = 0; payload[end] !== ARRAY_END; item++) {
        const opened = payload[end] === (item === 0 ? ARRAY : COMMA) && item < itemsMax
        const reading = opened ? quick.read(payload, end + 1, context) : undefined
        if (!reading) return false
        batch.addReading(reading, item)
        end = quick.end
      }
      if (end + 1 !== payload.length) return false
    }
    if (replayOf !== null) batch.resolved.push(replayOf)
    return true
  }

  /** Nobody knows what channels the sender has: only what holds for every message is judged. */
  #refuseStranger(envelope: Envelope, batch: PendingBatch): void {
    const parsed = parsePayload(envelope.payload)
    const faults =
      'fault' in parsed ? [reason(parsed.fault)] : formFaults(parsed.value, this.#limits.itemsMax)
    batch.reject(envelope, [...messageFaults(envelope, undefined), ...faults])
  }

  #readFully(envelope: Envelope, device: Device, layout: KindLayout, batch: PendingBatch): void {
    const faults = messageFaults(envelope, device)
    const parsed = parsePayload(envelope.payload)
    if ('fault' in parsed) return batch.reject(envelope, [...faults, reason(parsed.fault)])
    const { value } = parsed
    const reasons = [...faults, ...formFaults(value, this.#limits.itemsMax)]
    if (isJsonObject(value)) this.#readObject(envelope, value, device, layout, reasons, batch)
    else if (reasons.length > 0) batch.reject(envelope, reasons)
    else this.#readArray(envelope, value as readonly unknown[], device, layout, batch)
  }

  #readObject(
    envelope: Envelope,
    value: JsonObject,
    device: Device,
    layout: KindLayout,
    faults: readonly Reason[],
    batch: PendingBatch,
  ): void {
    const draft = draftOf(value, layout, device, envelope)
    const reasons = [...faults, ...itemFaults(draft, this.#limits)]
    if (reasons.length > 0) return batch.reject(envelope, reasons)
    batch.addReading(this.#readingOf(draft, envelope, 0), null)
    if (envelope.replayOf !== null) batch.resolved.push(envelope.replayOf)
  }

  /** Good items become readings, each bad one a rejection of its own. */
  #readArray(
    envelope: Envelope,
    values: readonly unknown[],
    device: Device,
    layout: KindLayout,
    batch: PendingBatch,
  ): void {
    let texts: readonly Uint8Array[] | undefined
    for (const [item, value] of values.entries()) {
      const draft = isJsonObject(value) ? draftOf(value, layout, device, envelope) : undefined
      const reasons = draft ? itemFaults(draft, this.#limits) : [reason('not-object')]
      if (draft && reasons.length === 0) {
        batch.addReading(this.#readingOf(draft, envelope, item), item)
      } else {
        texts ??= arrayItems(envelope.payload)
        batch.rejectItem(envelope, item, texts[item] ?? envelope.payload, reasons)
      }
    }
    // What is left of a message that was run again are entries of their own.
    if (envelope.replayOf !== null) batch.resolved.push(envelope.replayOf)
  }

  /** Only for drafts without a fault. */
  #readingOf(draft: Draft, envelope: Envelope, item: number): Reading {
    const { device, measuredAt, receivedAt, measuredAtGiven, seqGiven, extra } = draft
    const serverClock = measuredAtGiven === undefined
    const seq =
      (seqGiven as number | undefined) ?? (serverClock ? this.#seqs.next(envelope, item) : 0)
    const values = placed(draft)
    return { device, measuredAt, seq, receivedAt, serverClock, values, extra }
  }
}

type JsonObject = Readonly<Record<string, unknown>>

const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The values with the fix in WGS-84: converted here, once, and nowhere else. */
function placed({ layout, device, given }: Draft): readonly (ChannelValue | undefined)[] {
  const values = given as readonly (ChannelValue | undefined)[]
  const lon_deg = values[layout.lonSlot]
  const lat_deg = values[layout.latSlot]
  if (typeof lon_deg !== 'number' || typeof lat_deg !== 'number') return values
  const place = toWgs84({ lon_deg, lat_deg }, device.coordinateSystem)
  return values.with(layout.lonSlot, place.lon_deg).with(layout.latSlot, place.lat_deg)
}

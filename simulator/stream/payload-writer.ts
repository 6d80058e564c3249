import type { Channel } from '#model/channel.ts'
import { Broken } from '#model/error.ts'
import { findKind } from '#model/kinds.ts'
import type { EpochMs } from '#model/time.ts'
import { type Scale, scaleOf, stepsOf, type Values } from '#simulator/sensors/measured.ts'
import { SMALL, writeDecimal, writeWhole } from './digits.ts'

/**
 * Writes one reading as `{"measuredAt":<ms>,"channel":value,…}`, its channels in the order of the
 * kind, numbers as the device rounds them and holds them at the ends of its range; a channel that
 * is absent is left out. The receiver may keep what it gets. It is cut from a slab of 64 KiB, which
 * lives for as long as any piece of it: who keeps a few of many for long should copy them.
 *
 * @throws Broken('internal') for a channel that the kind does not have, for a value that is not of
 *   the channel's type or not finite, for a time that is not a whole number.
 */
export type WritePayload = (measuredAt: EpochMs, values: Values) => Buffer

interface Field {
  readonly name: string
  readonly boolean: boolean
  /** `,"name":` */
  readonly key: Uint8Array
  readonly scale: Scale
  /** Digits after the point; -1 where steps are no power of ten or finer than a millionth. */
  readonly decimals: number
}

const HEAD = Buffer.from('{"measuredAt":')
const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')
const END = 125
const SLAB_BYTES = 65_536
/** No number is longer in JSON. */
const LONGEST_NUMBER = 25

const byKind = new Map<string, WritePayload>()
const slab = { bytes: Buffer.alloc(0), used: 0 }

/** @throws Broken('internal') for a kind that does not exist. */
export function payloadWriter(kind: string): WritePayload {
  const known = byKind.get(kind) ?? writerFor(kind)
  byKind.set(kind, known)
  return known
}

function writerFor(kindName: string): WritePayload {
  const kind = findKind(kindName)
  if (!kind) throw new Broken('internal', `there is no kind of device called ${kindName}`)
  const fields = kind.channels.map(fieldOf)
  const longest = fields.reduce((sum, { key }) => sum + key.length + LONGEST_NUMBER, 64)
  return (measuredAt, values) => {
    if (slab.bytes.length - slab.used < longest) {
      slab.bytes = Buffer.allocUnsafeSlow(SLAB_BYTES)
      slab.used = 0
    }
    const { bytes, used } = slab
    if (!Number.isSafeInteger(measuredAt)) throw refused('measuredAt', measuredAt)
    let at = writeWhole(bytes, copy(HEAD, bytes, used), measuredAt)
    let written = 0
    for (let index = 0; index < fields.length; index += 1) {
      const field = fields[index] as Field
      const value = values[field.name]
      if (value === undefined) continue
      at = writeValue(field, bytes, copy(field.key, bytes, at), value)
      written += 1
    }
    for (const _ in values) written -= 1
    if (written !== 0) refuseUnknown(fields, values)
    bytes[at] = END
    slab.used = at + 1
    return bytes.subarray(used, at + 1)
  }
}

function fieldOf({ name, type, ...span }: Channel): Field {
  const scale = scaleOf(span)
  const decimals = Math.round(Math.log10(scale.steps))
  const plain = 10 ** decimals === scale.steps && decimals <= 6
  return {
    name,
    boolean: type === 'boolean',
    key: Buffer.from(`,${JSON.stringify(name)}:`),
    scale,
    decimals: plain ? decimals : -1,
  }
}

function writeValue(field: Field, bytes: Buffer, at: number, value: number | boolean): number {
  if ((typeof value === 'boolean') !== field.boolean) throw refused(field.name, value)
  if (typeof value === 'boolean') return copy(value ? TRUE : FALSE, bytes, at)
  const { scale, decimals } = field
  const whole = stepsOf(value, scale)
  if (decimals >= 0 && whole > -SMALL && whole < SMALL) {
    return writeDecimal(bytes, at, whole, decimals)
  }
  const rounded = whole / scale.steps
  if (!Number.isFinite(rounded)) throw refused(field.name, value)
  return at + bytes.write(JSON.stringify(rounded), at, 'latin1')
}

function copy(from: Uint8Array, to: Uint8Array, at: number): number {
  for (let index = 0; index < from.length; index += 1) to[at + index] = from[index] as number
  return at + from.length
}

// What is there but undefined is absent too, and no reason to refuse.
function refuseUnknown(fields: readonly Field[], values: Values): void {
  for (const [channel, value] of Object.entries(values)) {
    const unknown = !fields.some(({ name }) => name === channel)
    if (unknown && value !== undefined) throw refused(channel, value)
  }
}

const refused = (channel: string, value: unknown): Broken =>
  new Broken('internal', `a device cannot send ${String(value)} as ${channel}`)

import type { Device } from '#model/device.ts'
import type { Envelope } from '#model/envelope.ts'
import { type EpochMs, epochMs, parseInstant } from '#model/time.ts'
import type { KindLayout } from './kind-layout.ts'
import { QUICK_LENGTH_MAX, quickInstant } from './quick-instant.ts'

/** One JSON object of a message, sorted into what it may become; nothing of it is believed yet. */
export interface Draft {
  readonly layout: KindLayout
  readonly device: Device
  readonly receivedAt: EpochMs
  /** Length of the message the object came in. */
  readonly messageBytes: number
  /** As it came; undefined when absent or null. */
  readonly measuredAtGiven: unknown
  /** NaN when what was given is no time; `receivedAt` when nothing was. */
  readonly measuredAt: EpochMs
  readonly seqGiven: unknown
  /** By slot, as it came; undefined when absent or null. */
  readonly given: readonly unknown[]
  /** Channels the kind does not know; null when there are none. */
  readonly extra: Readonly<Record<string, unknown>> | null
}

/** Sorts the properties of one item. */
export function draftOf(
  item: Readonly<Record<string, unknown>>,
  layout: KindLayout,
  device: Device,
  { receivedAt, payload }: Envelope,
): Draft {
  const given = layout.blank.slice()
  let measuredAtGiven: unknown
  let seqGiven: unknown
  let extra: Record<string, unknown> | null = null
  for (const name of Object.keys(item)) {
    const value = item[name]
    const slot = layout.slots.get(name)
    if (slot !== undefined) given[slot] = value ?? undefined
    else if (name === 'measuredAt') measuredAtGiven = value ?? undefined
    else if (name === 'seq') seqGiven = value ?? undefined
    else {
      extra ??= {}
      if (name !== '__proto__') extra[name] = value
      // A channel like any other: assigned to, it would set the prototype instead.
      else Object.defineProperty(extra, name, { value, enumerable: true })
    }
  }
  const measuredAt = measuredAtGiven === undefined ? receivedAt : instantOf(measuredAtGiven)
  const messageBytes = payload.length
  return {
    layout,
    device,
    receivedAt,
    messageBytes,
    measuredAtGiven,
    measuredAt,
    seqGiven,
    given,
    extra,
  }
}

// The years a Date can hold; beyond them no format names the instant.
const INSTANT_MAX = 8_640_000_000_000_000

function instantOf(given: unknown): EpochMs {
  if (typeof given === 'string') return parseText(given)
  if (typeof given !== 'number' || Math.abs(given) > INSTANT_MAX) return epochMs(Number.NaN)
  return epochMs(Math.floor(given))
}

const ascii = new Uint8Array(QUICK_LENGTH_MAX)

/** The usual form is read ten times as fast as any other. */
function parseText(text: string): EpochMs {
  if (text.length <= QUICK_LENGTH_MAX) {
    // A character beyond a byte becomes 0 and so no part of any instant.
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      ascii[at] = code < 0x80 ? code : 0
    }
    const quick = quickInstant(ascii, 0, text.length)
    if (!Number.isNaN(quick)) return epochMs(quick)
  }
  return parseInstant(text) ?? epochMs(Number.NaN)
}

import { FieldCursor } from '#broker/field-cursor.ts'
import type { FrameReader } from '#broker/frame-reader.ts'

/** What a client may subscribe to. */
export interface FilterLimits {
  readonly filters: number
  readonly bytes: number
  readonly levels: number
}

const LEVEL_SEPARATOR = 0x2f

/** Whether a SUBSCRIBE (with a QoS behind each filter) or an UNSUBSCRIBE asks for too much. */
export function asksTooMuch(
  { bytes, bodyStart, end }: FrameReader,
  hasQos: boolean,
  limits: FilterLimits,
): boolean {
  const body = new FieldCursor(bytes, bodyStart, end)
  body.uint16()
  for (let filters = 1; body.hasMore; filters++) {
    const filter = body.binary()
    if (hasQos) body.byte()
    if (filters > limits.filters || filter.length > limits.bytes) return true
    if (levelsOf(filter) > limits.levels) return true
  }
  return false
}

function levelsOf(filter: Uint8Array): number {
  let levels = 1
  for (const byte of filter) if (byte === LEVEL_SEPARATOR) levels++
  return levels
}

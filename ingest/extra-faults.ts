import type { Reason } from '#model/rejection.ts'
import { isStorable } from '#model/storable.ts'
import { found, reason } from './reason.ts'

// jsonb is parsed by descent, and so is JSON.stringify: depth is stack.
const DEPTH_MAX = 64
const FIELD_MAX = 60

// Written out again a value grows at most by this: `1e20` becomes 21 digits, a byte of a string an
// escape of 6.
const GROWTH_MAX = 6

/** What keeps unknown channels from being stored just as they came. */
export function extraFaults(
  extra: Readonly<Record<string, unknown>>,
  messageBytes: number,
  maxBytes: number,
): readonly Reason[] {
  const faults: Reason[] = []
  for (const [name, value] of Object.entries(extra)) {
    const field = isStorable(name) ? name.slice(0, FIELD_MAX).toWellFormed() : found(name)
    if (!isStorable(name)) faults.push(reason('text-not-storable', field))
    const fault = valueFault(value, field, 1)
    if (fault) faults.push(fault)
  }
  if (messageBytes * GROWTH_MAX <= maxBytes) return faults
  // Too deep a value is not safe to measure.
  if (faults.some(({ code }) => code === 'extra-too-large')) return faults
  const bytes = Buffer.byteLength(JSON.stringify(extra))
  if (bytes > maxBytes) faults.push(reason('extra-too-large', undefined, `${bytes} bytes`))
  return faults
}

/** The first fault of a value, however deep it lies. */
function valueFault(value: unknown, field: string, depth: number): Reason | undefined {
  if (typeof value === 'string') {
    return isStorable(value) ? undefined : reason('text-not-storable', field)
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : reason('channel-not-finite', field)
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (depth >= DEPTH_MAX) return reason('extra-too-large', field, `deeper than ${DEPTH_MAX} levels`)
  for (const [name, inner] of Object.entries(value)) {
    if (!isStorable(name)) return reason('text-not-storable', field)
    const fault = valueFault(inner, field, depth + 1)
    if (fault) return fault
  }
  return undefined
}

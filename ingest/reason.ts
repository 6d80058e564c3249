import type { Reason, ReasonCode } from '#model/rejection.ts'

const DETAIL_MAX = 200
const FOUND_MAX = 60

export const reason = (code: ReasonCode, field?: string, detail?: string): Reason => ({
  code,
  ...(field === undefined ? {} : { field }),
  ...(detail === undefined ? {} : { detail: printable(detail) }),
})

/** Short, and of characters every database takes. */
const printable = (text: string): string =>
  text.slice(0, DETAIL_MAX).replaceAll('\0', ' ').toWellFormed()

/**
 * What came, in few words and printable: JSON text has no control characters, and what is cut off
 * never leaves half a surrogate pair.
 */
export function found(value: unknown): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'an array' : 'an object'
  const text = typeof value === 'string' ? value.slice(0, FOUND_MAX) : value
  return JSON.stringify(text) ?? 'nothing'
}

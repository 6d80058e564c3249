/**
 * Whether every text in a JSON value can be stored: PostgreSQL takes neither a NUL nor half of a
 * surrogate pair, in a text column or inside jsonb.
 */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (Array.isArray(value)) return value.every(isStorable)
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner))
  }
  return true
}

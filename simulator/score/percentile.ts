/**
 * The smallest value that at least `share` (0 to 1) of all values do not exceed: nearest rank, so
 * always one that occurred. Null when there is none.
 */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = Math.max(1, Math.ceil(share * sorted.length))
  return sorted[rank - 1] ?? null
}

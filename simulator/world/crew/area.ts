import type { Crossing } from '#simulator/world/street-plan.ts'

/** A rectangle of crossings, both ends included. */
export interface Area {
  readonly columns: readonly [number, number]
  readonly rows: readonly [number, number]
}

export const areaAround = ({ column, row }: Crossing): Area => ({
  columns: [column, column],
  rows: [row, row],
})

export const spanned = (a: Area, b: Area): Area => ({
  columns: [Math.min(a.columns[0], b.columns[0]), Math.max(a.columns[1], b.columns[1])],
  rows: [Math.min(a.rows[0], b.rows[0]), Math.max(a.rows[1], b.rows[1])],
})

/** At least so many crossings more than its first, as far as a city of that size has them. */
export function widened(
  { columns, rows }: Area,
  least: number,
  size: { readonly columns: number; readonly rows: number },
): Area {
  return { columns: widen(columns, least, size.columns), rows: widen(rows, least, size.rows) }
}

function widen([first, last]: Area['columns'], least: number, size: number): [number, number] {
  const missing = Math.max(0, least - (last - first))
  const from = Math.max(0, Math.min(first - Math.floor(missing / 2), size - 1 - least))
  return [Math.min(first, from), Math.min(size - 1, Math.max(last, from + least))]
}

/** The crossing of the area that lies nearest to another. */
export const clampedTo = ({ columns, rows }: Area, { column, row }: Crossing): Crossing => ({
  column: Math.max(columns[0], Math.min(columns[1], column)),
  row: Math.max(rows[0], Math.min(rows[1], row)),
})

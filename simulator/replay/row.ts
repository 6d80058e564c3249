/** One row of a recording: a line of a CSV or NDJSON file, a point of a GPX track. */
export interface Row {
  /** Where it stands in the unpacked file, from 1. */
  readonly line: number
  /** As it was written; undefined where the row has none. */
  readonly time: string | undefined
  readonly cells: readonly string[]
  /** Where each column is among the cells. */
  readonly columns: ReadonlyMap<string, number>
  /** Rises where a track was interrupted: what lies between two rows is then not known. */
  readonly segment: number
  /** Why it is no row at all. */
  readonly fault?: string
}

/** Undefined when the row has no such column, or nothing in it. */
export function cell(row: Pick<Row, 'cells' | 'columns'>, column: string): string | undefined {
  const index = row.columns.get(column)
  const text = index === undefined ? undefined : row.cells[index]?.trim()
  return text === '' ? undefined : text
}

import { IMPORT_REASONS, type ImportReason } from '#model/import-report.ts'
import type { OutsideRow } from '#model/outside-case.ts'
import { isStorable } from '#model/storable.ts'
import type { WallClock } from '#model/wall-clock.ts'
import { COLUMN_KEYS, type ColumnKey, columnOf, type ExchangeRow } from './columns.ts'
import { fromRow, type RowReading } from './from-row.ts'

/** A row as a file has it: the text of each column, where it has any. */
export interface TextRow {
  readonly line: number
  readonly cells: ReadonlyMap<ColumnKey, string>
  /** What the reader of the format found wrong. */
  readonly reasons: readonly ImportReason[]
}

const keyOf = new Map<string, ColumnKey>(
  COLUMN_KEYS.flatMap((key) => {
    const { title, aliases } = columnOf(key)
    return [key, title, ...aliases].map((name): [string, ColumnKey] => [name, key])
  }),
)

/** The column that a file calls so; undefined when it is none of ours. */
export const findColumn = (name: string): ColumnKey | undefined => keyOf.get(name.trim())

/** The case that a row stands for, with every reason why it cannot be taken. */
export function readCells(
  { line, cells, reasons: found }: TextRow,
  reading: RowReading,
  clock: WallClock,
): OutsideRow {
  const reasons: ImportReason[] = [...found]
  const row: Partial<Record<ColumnKey, unknown>> = {}
  for (const key of COLUMN_KEYS) {
    const text = cells.get(key)
    const read = text === undefined || text.trim() === '' ? null : readCell(key, text, clock)
    if (read === null) row[key] = null
    else if ('value' in read) row[key] = read.value
    else reasons.push({ ...read, field: key, detail: `${columnOf(key).title} ${read.detail}` })
  }
  const id = cells.get('taskNumber')?.trim() || null
  const ownNumber = (row.ownNumber as string | null | undefined) ?? null
  if (reasons.length > 0) return { line, id, value: null, ownNumber, reasons }
  return { line, id, ownNumber, ...fromRow(row as ExchangeRow, reading) }
}

const readCell = (key: ColumnKey, text: string, clock: WallClock) =>
  isStorable(text)
    ? columnOf(key).type.read(text, clock)
    : ({ code: 'text-not-storable', detail: IMPORT_REASONS['text-not-storable'] } as const)

import { csvRecords } from '#api/import/csv-rows.ts'
import { Rejected } from '#model/error.ts'
import type { ImportReason } from '#model/import-report.ts'
import { COLUMNS, type ColumnKey, REQUIRED_COLUMNS } from './columns.ts'
import { findColumn, type TextRow } from './read-cells.ts'
import { fromSpreadsheet } from './spreadsheet-text.ts'

/**
 * The rows of a CSV file whose first row names the columns, by their titles or keys. Columns that are
 * none of ours are passed over.
 *
 * @throws Rejected('invalid-input') when the header lacks a column that every row needs, or names one
 *   twice, and as `csvRecords` does
 */
export async function* readCsv(text: AsyncIterable<string>): AsyncGenerator<TextRow> {
  let keys: readonly (ColumnKey | undefined)[] | undefined
  for await (const { line, cells } of csvRecords(text)) {
    if (keys === undefined) {
      keys = readHeader(cells)
      continue
    }
    const named: [ColumnKey, string][] = []
    for (const [index, key] of keys.entries()) {
      const cell = cells[index]
      if (key !== undefined && cell !== undefined) named.push([key, fromSpreadsheet(cell)])
    }
    yield { line, cells: new Map(named), reasons: countReasons(cells.length, keys.length) }
  }
}

function readHeader(titles: readonly string[]): readonly (ColumnKey | undefined)[] {
  const keys = titles.map(findColumn)
  const faults = [
    ...REQUIRED_COLUMNS.filter((key) => !keys.includes(key)).map(
      (key) => `no column ${COLUMNS[key].title}`,
    ),
    ...titles
      .filter((_, index) => keys[index] !== undefined && keys.indexOf(keys[index]) !== index)
      .map((title) => `${title} names a column that is there already`),
  ]
  if (faults.length === 0) return keys
  throw new Rejected('invalid-input', `the header does not fit: ${faults.join('; ')}`, {
    detail: { faults },
  })
}

const countReasons = (cells: number, columns: number): readonly ImportReason[] =>
  cells === columns
    ? []
    : [{ code: 'columns', detail: `the row has ${cells} fields, the header ${columns} columns` }]

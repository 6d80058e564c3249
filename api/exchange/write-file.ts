import type { WallClock } from '#model/wall-clock.ts'
import { COLUMN_KEYS, columnOf, type ExchangeRow } from './columns.ts'
import { toSpreadsheet } from './spreadsheet-text.ts'

type Chunks = AsyncIterable<readonly ExchangeRow[]>

/** One JSON object per line; what a case does not have is left out. */
export async function* ndjsonFile(chunks: Chunks): AsyncGenerator<string> {
  for await (const rows of chunks) {
    yield rows.map((row) => `${JSON.stringify(objectOf(row))}\n`).join('')
  }
}

const objectOf = (row: ExchangeRow): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    COLUMN_KEYS.flatMap((key) => {
      const value = row[key] === null ? '' : columnOf(key).type.json(row[key])
      return value === '' ? [] : [[key, value]]
    }),
  )

/** By it spreadsheets know that a file is UTF-8. */
const BYTE_ORDER_MARK = '\uFEFF'

/** RFC 4180 under the Chinese titles, times as the clocks of the city show them. */
export async function* csvFile(chunks: Chunks, clock: WallClock): AsyncGenerator<string> {
  const titles = COLUMN_KEYS.map((key) => columnOf(key).title)
  yield `${BYTE_ORDER_MARK}${titles.join(',')}\r\n`
  for await (const rows of chunks) {
    yield rows.map((row) => `${cellsOf(row, clock).join(',')}\r\n`).join('')
  }
}

const cellsOf = (row: ExchangeRow, clock: WallClock): readonly string[] =>
  COLUMN_KEYS.map((key) => {
    const value = row[key]
    return value === null ? '' : quoted(toSpreadsheet(columnOf(key).type.cell(value, clock)))
  })

const quoted = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

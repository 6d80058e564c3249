import { setImmediate as turn } from 'node:timers/promises'
import { bodyPieces, type PieceOptions } from '#api/body-pieces.ts'
import { Rejected } from '#model/error.ts'
import type { ImportReason } from '#model/import-report.ts'
import { tooLarge } from './body-text.ts'
import { type Column, readHeader, readRecord } from './csv-columns.ts'
import { FirstSheet, sameFile } from './first-sheet.ts'
import type { ImportFormat, ImportRow } from './import-format.ts'
import { type SheetCell, type SheetRow, sharedTexts, sheetRows } from './sheet-reader.ts'
import { notXlsx, tooMuch, type UnzipLimits, unzipParts } from './unzip-parts.ts'

export const XLSX_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** A workbook is unpacked in memory, where text files are read as they come. */
export const XLSX_MAX_BYTES = 32 * 1_024 * 1_024
export const XLSX_ROWS_MAX = 200_000
export const XLSX_LIMITS: UnzipLimits = { unpackedBytes: 256 * 1_024 * 1_024, entries: 1_000 }

const TEXTS = /^xl\/sharedstrings\.xml$/i

/**
 * The rows of the first sheet that shows of an XLSX workbook, whose first row that is not empty names the columns.
 * Cells count as in a CSV file. A formula is no value, and neither is an error or a whole number of more
 * than fifteen digits, of which a spreadsheet has lost the end: rows with one are refused.
 *
 * @throws Rejected `invalid-input` where it is no such workbook, `too-large` beyond a limit
 */
export async function* xlsxRows(
  body: AsyncIterable<Uint8Array>,
  format: ImportFormat,
  options: PieceOptions & { readonly limitBytes: number },
): AsyncGenerator<ImportRow> {
  const limitBytes = Math.min(options.limitBytes, XLSX_MAX_BYTES)
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of bodyPieces(body, options)) {
    length += piece.byteLength
    if (length > limitBytes) throw tooLarge(limitBytes)
    pieces.push(piece)
  }
  let columns: readonly Column[] | undefined
  for await (const { line, cells } of rowsOf(Buffer.concat(pieces))) {
    const texts = cells.map(({ text }) => text)
    while (texts.at(-1) === '') texts.pop()
    if (texts.length === 0 && cells.every(({ fault }) => fault === null)) continue
    if (columns === undefined) {
      columns = readHeader(texts, format)
      continue
    }
    // A row ends with its last value, whatever the header has.
    while (texts.length < columns.length) texts.push('')
    const { value, reasons } = readRecord(texts, columns)
    yield { line, value, reasons: [...faultsOf(cells, columns), ...reasons] }
  }
  if (columns === undefined) throw new Rejected('invalid-input', 'the file is empty')
}

/** Texts and the order of the sheets stand behind the sheets, so the archive is gone through twice. */
async function* rowsOf(archive: Uint8Array): AsyncGenerator<SheetRow> {
  const texts: string[] = []
  const sheets = new FirstSheet()
  const first = unzipParts(
    archive,
    (name) => (TEXTS.test(name) ? sharedTexts(texts) : sheets.takerOf(name)),
    XLSX_LIMITS,
  )
  for (const _ of first) await turn()
  const sheet = sheets.file
  const waiting: SheetRow[] = []
  let count = 0
  let hasSheet = false
  const takeRows = (): ReturnType<typeof sheetRows> => {
    hasSheet = true
    return sheetRows(texts, (row) => {
      count += 1
      if (count > XLSX_ROWS_MAX) throw tooMuch(`has more than ${XLSX_ROWS_MAX} rows`)
      waiting.push(row)
    })
  }
  const second = unzipParts(
    archive,
    (name) => (sameFile(name, sheet) ? takeRows() : undefined),
    XLSX_LIMITS,
  )
  for (const _ of second) {
    yield* waiting.splice(0)
    await turn()
  }
  if (!hasSheet) throw notXlsx(`its first sheet, ${sheet}, is not in it`)
  yield* waiting
}

const DETAILS = {
  formula: 'is a formula: paste it as a value',
  error: 'is an error',
} as const

function faultsOf(cells: readonly SheetCell[], columns: readonly Column[]): ImportReason[] {
  return cells.flatMap(({ text, fault }, index): ImportReason[] => {
    const column = columns[index]
    if (fault === null || column === undefined) return []
    const field = 'property' in column ? column.property : `attr.${column.attribute}`
    return fault === 'rounded'
      ? [
          {
            code: 'spreadsheet-number',
            field,
            detail: `${field} is ${text}, of which the end may be lost`,
          },
        ]
      : [{ code: 'bad-value', field, detail: `${field} ${DETAILS[fault]}` }]
  })
}

import { pipeline, Readable } from 'node:stream'
import { type CsvError, type Info, parse } from 'csv-parse'
import { isWanmiError, messageOf, Rejected } from '#model/error.ts'
import { type Column, readHeader, readRecord } from './csv-columns.ts'
import type { ImportFormat, ImportRow } from './import-format.ts'

const ROW_MAX_BYTES = 8 * 1_024 * 1_024

interface ParsedRecord {
  readonly record: readonly string[]
  /** The text of the record with its line end. */
  readonly raw: string
  readonly info: Info
}

/** A record of a CSV file, with the line on which it begins, from 1. */
export interface CsvRecord {
  readonly line: number
  readonly cells: readonly string[]
}

/**
 * The rows of a CSV file (RFC 4180) whose first row names the columns. Cells are read by the type
 * of their property, those of an attribute by what they look like; an empty cell counts as absent;
 * rows without any value are passed over.
 *
 * @throws Rejected('invalid-input') when the header is not one for such a file, and as
 *   {@link csvRecords} does
 */
export async function* csvRows(
  text: AsyncIterable<string>,
  format: ImportFormat,
): AsyncGenerator<ImportRow> {
  let columns: readonly Column[] | undefined
  for await (const { line, cells } of csvRecords(text)) {
    if (columns === undefined) columns = readHeader(cells, format)
    else yield { line, ...readRecord(cells, columns) }
  }
}

/**
 * The records of a CSV file that have any value, the header among them.
 *
 * @throws Rejected('invalid-input') when there is none, or the quoting is broken, after which nobody
 *   can tell where rows begin
 */
export async function* csvRecords(text: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  let line = 1
  let isEmpty = true
  for await (const { record, raw } of parsedRecords(text)) {
    const first = line
    line += newlines(raw)
    if (record.every((cell) => cell === '')) continue
    isEmpty = false
    yield { line: first, cells: record }
  }
  if (isEmpty) throw new Rejected('invalid-input', 'the file is empty')
}

async function* parsedRecords(text: AsyncIterable<string>): AsyncGenerator<ParsedRecord> {
  const parser = parse({
    info: true,
    raw: true,
    trim: true,
    record_delimiter: '\n',
    relax_column_count: true,
    max_record_size: ROW_MAX_BYTES,
  })
  // Failures of the source reach the reader through the parser.
  pipeline(Readable.from(withPlainLineEnds(text)), parser, () => undefined)
  try {
    for await (const record of parser) yield record as ParsedRecord
  } catch (error) {
    if (isWanmiError(error)) throw error
    const { lines } = error as CsvError & { lines?: number }
    const where = lines === undefined ? '' : `line ${lines}: `
    throw new Rejected('invalid-input', `${where}the file is not CSV: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

/** CRLF and CR become LF, so that lines can be counted whatever wrote the file. */
async function* withPlainLineEnds(text: AsyncIterable<string>): AsyncGenerator<string> {
  let held = ''
  for await (const piece of text) {
    const whole = held + piece
    held = whole.endsWith('\r') ? '\r' : ''
    yield whole.slice(0, whole.length - held.length).replaceAll(/\r\n?/g, '\n')
  }
  if (held !== '') yield '\n'
}

function newlines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

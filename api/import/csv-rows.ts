import { pipeline, Readable } from 'node:stream'
import { type CsvError, type Info, parse } from 'csv-parse'
import type { TObject, TSchema } from 'typebox'
import { isWanmiError, messageOf, Rejected } from '#model/error.ts'
import type { ImportReason } from '#model/import-report.ts'
import type { ImportFormat, ImportRow } from './import-format.ts'

const ROW_MAX_BYTES = 8 * 1_024 * 1_024

interface ParsedRecord {
  readonly record: readonly string[]
  /** The text of the record with its line end. */
  readonly raw: string
  readonly info: Info
}

/**
 * The rows of a CSV file (RFC 4180) whose first row names the columns. Cells are read by the type
 * of their property; an empty cell counts as absent; rows without any value are passed over.
 *
 * @throws Rejected('invalid-input') when the header is not one for such a file or the quoting is
 *   broken, after which nobody can tell where rows begin.
 */
export async function* csvRows(
  text: AsyncIterable<string>,
  format: ImportFormat,
): AsyncGenerator<ImportRow> {
  let columns: readonly string[] | undefined
  let line = 1
  for await (const { record, raw } of records(text)) {
    const first = line
    line += newlines(raw)
    if (record.every((cell) => cell === '')) continue
    if (columns === undefined) columns = readHeader(record, format)
    else yield { line: first, ...readRecord(record, columns, format) }
  }
  if (columns === undefined) throw new Rejected('invalid-input', 'the file is empty')
}

async function* records(text: AsyncIterable<string>): AsyncGenerator<ParsedRecord> {
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

function readHeader(columns: readonly string[], { schema }: ImportFormat): readonly string[] {
  const known = Object.keys(schema.properties)
  const required = (schema as TObject & { required?: readonly string[] }).required ?? []
  const faults = [
    ...columns.filter((name) => !known.includes(name)).map((name) => `unknown column '${name}'`),
    ...columns
      .filter((name, index) => columns.indexOf(name) !== index)
      .map((name) => `column '${name}' twice`),
    ...required.filter((name) => !columns.includes(name)).map((name) => `no column '${name}'`),
  ]
  if (faults.length === 0) return columns
  const sentence = `the header does not fit: ${faults.join(', ')}; columns are ${known.join(', ')}`
  throw new Rejected('invalid-input', sentence, { detail: { faults } })
}

function readRecord(
  record: readonly string[],
  columns: readonly string[],
  format: ImportFormat,
): Omit<ImportRow, 'line'> {
  const value: Record<string, unknown> = {}
  const reasons: ImportReason[] = []
  if (record.length !== columns.length) {
    const detail = `the row has ${record.length} fields, the header ${columns.length} columns`
    reasons.push({ code: 'columns', detail })
  }
  for (const [index, field] of columns.entries()) {
    const cell = record[index] ?? ''
    if (cell === '') continue
    const read = readCell(cell, format.schema.properties[field] as TSchema)
    if (read === undefined) {
      reasons.push({ code: 'not-json', field, detail: `${field} is not JSON` })
    } else value[field] = read
  }
  return { value, reasons }
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  1: true,
  是: true,
  false: false,
  no: false,
  0: false,
  否: false,
}

/** A cell that does not fit its type stays text, and the check of the row names it. */
function readCell(cell: string, schema: TSchema): unknown {
  const { type, anyOf } = schema as { type?: string; anyOf?: unknown }
  if (type === 'number' || type === 'integer') return NUMBER.test(cell) ? Number(cell) : cell
  if (type === 'boolean') return FLAGS[cell.toLowerCase()] ?? cell
  if (type === 'object' || anyOf !== undefined) return parseJson(cell)
  return cell
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

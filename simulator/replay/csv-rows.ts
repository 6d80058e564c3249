import { pipeline, type Readable } from 'node:stream'
import { CsvError, type Info, parse } from 'csv-parse'
import { messageOf, Rejected } from '#model/error.ts'
import type { Row } from './row.ts'

export interface CsvOptions {
  readonly delimiter: string
  /** Null takes the first column with a usual name. */
  readonly timeColumn: string | null
  /** Columns that must be there. */
  readonly needed: readonly string[]
}

const TIME_COLUMNS = [
  'measuredAt',
  '_time',
  'time',
  'timestamp',
  'datetime',
  'date_time',
  'ts',
  'date',
]

const FORM = {
  bom: true,
  comment: '#',
  comment_no_infix: true,
  info: true,
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
} as const

/**
 * The rows of a CSV file as they come. Annotations (`#datatype`, …) and empty lines are passed
 * over; a line that names the time column again is a header again, as where several results of
 * InfluxDB were written one after the other.
 *
 * @throws Rejected('invalid-input') when a needed column is missing or the file is no CSV.
 */
export async function* csvRows(stream: Readable, options: CsvOptions): AsyncGenerator<Row> {
  const parser = pipeline(
    stream,
    parse({ ...FORM, delimiter: options.delimiter }),
    // The parser carries the error on to whoever reads it.
    () => undefined,
  )
  let header: Header | undefined
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      if (!header || record.some((text) => text.trim() === header?.timeColumn)) {
        header = readHeader(record, options)
      } else {
        const time = record[header.timeIndex]?.trim() || undefined
        yield { line: info.lines, time, cells: record, columns: header.columns, segment: 0 }
      }
    }
  } catch (error) {
    throw error instanceof CsvError ? unreadable(error) : error
  }
}

interface Parsed {
  readonly record: readonly string[]
  readonly info: Info
}

interface Header {
  readonly columns: ReadonlyMap<string, number>
  readonly timeColumn: string
  readonly timeIndex: number
}

function readHeader(record: readonly string[], { timeColumn, needed }: CsvOptions): Header {
  const names = record.map((name) => name.trim())
  const time = timeColumn ?? TIME_COLUMNS.find((name) => names.includes(name))
  const there = names.filter((name) => name !== '').join(', ')
  if (time === undefined) {
    throw new Rejected(
      'invalid-input',
      `no column is known for a time; name it (there are ${there})`,
    )
  }
  const missing = [time, ...needed].filter((name) => !names.includes(name))
  if (missing.length > 0) {
    throw new Rejected('invalid-input', `no column ${missing.join(', ')} (there are ${there})`)
  }
  return {
    columns: new Map(names.map((name, index) => [name, index])),
    timeColumn: time,
    timeIndex: names.indexOf(time),
  }
}

const unreadable = (cause: Error): Rejected =>
  new Rejected('invalid-input', `the file is not CSV: ${messageOf(cause)}`, { cause })

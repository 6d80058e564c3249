import { pipeline, type Readable } from 'node:stream'
import { CsvError, type Info, parse } from 'csv-parse'
import { messageOf, Rejected } from '#model/error.ts'
import type { Row } from './row.ts'
import { usualTimeColumn } from './time-column.ts'

export interface CsvOptions {
  readonly delimiter: string
  /** Null takes the first column with a usual name. */
  readonly timeColumn: string | null
  /** Columns that must be there, each by one of its names. */
  readonly needed: readonly (readonly string[])[]
  /** One of these must be there; none need be when it is empty. */
  readonly someOf: readonly string[]
}

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

function readHeader(record: readonly string[], options: CsvOptions): Header {
  const names = record.map((name) => name.trim())
  const isThere = (name: string): boolean => names.includes(name)
  const time = options.timeColumn ?? usualTimeColumn(isThere)
  if (time === undefined) throw missing('no column is known for a time; name it', names)
  const absent = [[time], ...options.needed].filter((either) => !either.some(isThere))
  if (absent.length > 0) {
    throw missing(`no column ${absent.map(([name]) => name).join(', ')}`, names)
  }
  const { someOf } = options
  if (someOf.length > 0 && !someOf.some(isThere)) {
    throw missing(
      `no column is mapped to a channel (--map column=channel), and none is called ${someOf.join(', ')}`,
      names,
    )
  }
  return {
    columns: new Map(names.map((name, index) => [name, index])),
    timeColumn: time,
    timeIndex: names.indexOf(time),
  }
}

function missing(what: string, names: readonly string[]): Rejected {
  const there = names.filter((name) => name !== '').join(', ')
  const garbled = there.includes('\uFFFD') ? '; is it in another encoding (--encoding)?' : ''
  return new Rejected('invalid-input', `${what} (there are ${there})${garbled}`)
}

const unreadable = (cause: Error): Rejected =>
  new Rejected('invalid-input', `the file is not CSV: ${messageOf(cause)}`, { cause })

import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { Row } from './row.ts'
import { usualTimeColumn } from './time-column.ts'

// A line is held in memory whole; nothing that measures writes one of this length.
const LONGEST_LINE = 1_048_576
const NO_OBJECT = 'the line is no JSON object'
const TOO_LONG = 'the line is longer than 1 MiB'
const NONE: Pick<Row, 'cells' | 'columns' | 'segment' | 'time'> = {
  cells: [],
  columns: new Map(),
  segment: 0,
  time: undefined,
}

/**
 * The rows of a file with one JSON object a line. Columns are its fields; those of objects and
 * arrays within it have dotted paths (`values.level`, `levels.0`). A line that is no object is a
 * row with a fault; empty lines are passed over.
 *
 * @param timeColumn null takes, line by line, the first field with a usual name
 */
export async function* ndjsonRows(
  stream: Readable,
  timeColumn: string | null,
): AsyncGenerator<Row> {
  const reader = new ObjectReader(timeColumn)
  let line = 0
  for await (const text of lines(stream)) {
    line += 1
    if (text === undefined) yield { line, ...NONE, fault: TOO_LONG }
    else if (text.trim() !== '') yield reader.read(text, line)
  }
}

class ObjectReader {
  readonly #timeColumn: string | null
  // Lines of one file mostly have the same fields in the same order.
  #columns: ReadonlyMap<string, number> = new Map()

  constructor(timeColumn: string | null) {
    this.#timeColumn = timeColumn
  }

  read(text: string, line: number): Row {
    const object = parsed(text)
    if (object === undefined) return { line, ...NONE, fault: NO_OBJECT }
    const names: string[] = []
    const cells: string[] = []
    flatten(object, '', names, cells)
    if (!isSame(this.#columns, names)) {
      this.#columns = new Map(names.map((name, index) => [name, index]))
    }
    const columns = this.#columns
    const time = this.#timeColumn ?? usualTimeColumn((name) => columns.has(name))
    const index = time === undefined ? undefined : columns.get(time)
    const written = index === undefined ? undefined : cells[index]?.trim()
    return { line, time: written || undefined, cells, columns, segment: 0 }
  }
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function flatten(value: unknown, path: string, names: string[], cells: string[]): void {
  if (typeof value !== 'object' || value === null) {
    names.push(path)
    cells.push(cellOf(value))
    return
  }
  for (const [key, inner] of Object.entries(value)) {
    flatten(inner, path === '' ? key : `${path}.${key}`, names, cells)
  }
}

function cellOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value === null ? '' : JSON.stringify(value)
}

function isSame(columns: ReadonlyMap<string, number>, names: readonly string[]): boolean {
  return columns.size === names.length && names.every((name, index) => columns.get(name) === index)
}

/** Undefined stands for a line that is too long. */
async function* lines(stream: Readable): AsyncGenerator<string | undefined> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let tooLong = false
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const parts = decoder.write(chunk).split('\n')
    for (const [index, part] of parts.entries()) {
      const ended = index < parts.length - 1
      if (rest.length + part.length > LONGEST_LINE) tooLong = true
      rest = tooLong ? '' : rest + part
      if (!ended) continue
      yield tooLong ? undefined : rest.replace(/^\uFEFF/, '')
      rest = ''
      tooLong = false
    }
  }
  rest += decoder.end()
  if (tooLong) yield undefined
  else if (rest !== '') yield rest.replace(/^\uFEFF/, '')
}

import { Rejected } from '#model/error.ts'
import type { ImportReason } from '#model/import-report.ts'
import type { ColumnKey } from './columns.ts'
import { findColumn, type TextRow } from './read-cells.ts'

const ROW_MAX_CHARACTERS = 1_024 * 1_024

/**
 * The rows of a file of JSON lines, one object each. Blank lines are passed over, and names that are
 * none of ours.
 *
 * @throws Rejected('invalid-input') when a line is longer than any row can be
 */
export async function* readNdjson(text: AsyncIterable<string>): AsyncGenerator<TextRow> {
  let line = 0
  let held = ''
  const take = function* (ended: readonly string[]): Generator<TextRow> {
    for (const each of ended) {
      line += 1
      if (each.trim() !== '') yield readLine(each, line)
    }
  }
  for await (const piece of text) {
    const lines = (held + piece).split('\n')
    held = lines.pop() ?? ''
    if (held.length > ROW_MAX_CHARACTERS) {
      throw new Rejected('invalid-input', `line ${line + lines.length + 1} is too long for a row`)
    }
    yield* take(lines)
  }
  yield* take([held])
}

function readLine(text: string, line: number): TextRow {
  const object = parse(text)
  if (object === undefined) {
    const reason: ImportReason = { code: 'not-json', detail: 'the line is no JSON object' }
    return { line, cells: new Map(), reasons: [reason] }
  }
  const cells = new Map<ColumnKey, string>()
  const reasons: ImportReason[] = []
  for (const [name, value] of Object.entries(object)) {
    const key = findColumn(name)
    if (key === undefined || value === null) continue
    const cell = cellOf(value)
    if (cell !== undefined) cells.set(key, cell)
    else reasons.push({ code: 'bad-value', field: key, detail: `${name} is no text or number` })
  }
  return { line, cells, reasons }
}

/** Lists of names as one text, as they stand in a cell. */
function cellOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const isTexts = Array.isArray(value) && value.every((each) => typeof each === 'string')
  return isTexts ? value.join('、') : undefined
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(text) as unknown
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

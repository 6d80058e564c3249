import type { TObject, TSchema } from 'typebox'
import { ATTRIBUTE_NAME_PATTERN, isAttributeName, readAttribute } from '#model/attributes.ts'
import { Rejected } from '#model/error.ts'
import type { ImportReason } from '#model/import-report.ts'
import { ownValue } from '#model/own-value.ts'
import type { ImportFormat, ImportRow } from './import-format.ts'

/** What the cells of a column are: a property of the row, or one attribute of it. */
export type Column =
  | { readonly property: string; readonly schema: TSchema }
  | { readonly attribute: string }

/** The property that comes in columns of its own, and what their titles begin with. */
const ATTRIBUTES = 'attributes'
const PREFIX = 'attr.'

/**
 * The columns that a header names: properties, and `attr.NAME` where the rows have attributes.
 *
 * @throws Rejected('invalid-input') when it is not one for such a file
 */
export function readHeader(titles: readonly string[], { schema }: ImportFormat): readonly Column[] {
  const { [ATTRIBUTES]: attributes, ...properties } = schema.properties as Record<string, TSchema>
  const required = (schema as TObject & { required?: readonly string[] }).required ?? []
  const known = [...Object.keys(properties), ...(attributes ? [`${PREFIX}NAME`] : [])]
  const isAttribute = (title: string): boolean => !!attributes && title.startsWith(PREFIX)
  const faults = [
    ...titles
      .filter((title) => !isAttribute(title) && !Object.hasOwn(properties, title))
      .map((title) => `unknown column '${title}'`),
    ...titles
      .filter((title) => isAttribute(title) && !isAttributeName(title.slice(PREFIX.length)))
      .map((title) => `'${title}' names no attribute (${ATTRIBUTE_NAME_PATTERN})`),
    ...titles
      .filter((title, index) => titles.indexOf(title) !== index)
      .map((title) => `column '${title}' twice`),
    ...required.filter((name) => !titles.includes(name)).map((name) => `no column '${name}'`),
  ]
  if (faults.length > 0) {
    const sentence = `the header does not fit: ${faults.join(', ')}; columns are ${known.join(', ')}`
    throw new Rejected('invalid-input', sentence, { detail: { faults } })
  }
  return titles.map((title) =>
    isAttribute(title)
      ? { attribute: title.slice(PREFIX.length) }
      : { property: title, schema: properties[title] as TSchema },
  )
}

/** The row that a record of cells stands for; an empty cell counts as absent. */
export function readRecord(
  record: readonly string[],
  columns: readonly Column[],
): Omit<ImportRow, 'line'> {
  const value: Record<string, unknown> = {}
  const attributes: Record<string, unknown> = {}
  const reasons: ImportReason[] = []
  if (record.length !== columns.length) {
    const detail = `the row has ${record.length} fields, the header ${columns.length} columns`
    reasons.push({ code: 'columns', detail })
  }
  for (const [index, column] of columns.entries()) {
    const cell = record[index] ?? ''
    if (cell === '') continue
    if ('attribute' in column) {
      attributes[column.attribute] = readAttribute(cell)
      continue
    }
    const { property, schema } = column
    const read = readCell(cell, schema)
    if (read === undefined) {
      reasons.push({ code: 'not-json', field: property, detail: `${property} is not JSON` })
    } else value[property] = read
  }
  if (Object.keys(attributes).length > 0) value[ATTRIBUTES] = attributes
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
  if (type === 'boolean') return ownValue(FLAGS, cell.toLowerCase()) ?? cell
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

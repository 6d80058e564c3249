import { XMLParser } from 'fast-xml-parser'
import { readZip } from './read-zip.ts'

type Node = Readonly<Record<string, unknown>>

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  isArray: (name) => ['row', 'c', 'si', 'sheet', 'Relationship'].includes(name),
  parseTagValue: false,
  trimValues: false,
})

/** The sheets of an XLSX workbook by their names: rows of texts, numbers and nothing. */
export function readWorkbook(
  file: Buffer,
): ReadonlyMap<string, readonly (readonly (string | number | null)[])[]> {
  const files = readZip(file)
  const parsed = (name: string): Node => parser.parse(files.get(name) ?? '') as Node
  const texts = list(parsed('xl/sharedStrings.xml'), 'sst', 'si').map(({ t }) => textOf(t))
  const targets = new Map(
    list(parsed('xl/_rels/workbook.xml.rels'), 'Relationships', 'Relationship').map(
      ({ Id, Target }) => [Id, String(Target)],
    ),
  )
  const workbook = parsed('xl/workbook.xml')['workbook'] as Node
  return new Map(
    list(workbook, 'sheets', 'sheet').map((sheet) => {
      const path = `xl/${targets.get(sheet['r:id'])}`
      const worksheet = parsed(path)['worksheet'] as Node
      const rows = list(worksheet, 'sheetData', 'row').map((row) => cellsOf(row, texts))
      return [String(sheet['name']), rows]
    }),
  )
}

const list = (node: Node, outer: string, inner: string): readonly Node[] =>
  ((node[outer] as Node | undefined)?.[inner] as readonly Node[] | undefined) ?? []

function textOf(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? (value as Node)['#text'] : value
  return typeof text === 'string' || typeof text === 'number' ? String(text) : ''
}

function cellsOf(row: Node, texts: readonly string[]): (string | number | null)[] {
  const cells: (string | number | null)[] = []
  for (const { r, t, v, is } of (row['c'] as readonly Node[] | undefined) ?? []) {
    const value =
      t === 's' ? texts[Number(v)] : t === 'inlineStr' ? textOf((is as Node)['t']) : Number(v)
    const isEmpty = v === undefined && is === undefined
    cells[columnOf(String(r))] = isEmpty ? null : (value ?? null)
  }
  return Array.from(cells, (cell) => cell ?? null)
}

/** `AB12` is column 27. */
const columnOf = (reference: string): number =>
  Array.from(reference.replace(/\d+$/, '')).reduce(
    (sum, letter) => sum * 26 + letter.charCodeAt(0) - 64,
    0,
  ) - 1

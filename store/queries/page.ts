import { Rejected } from '#model/error.ts'

/** Part of a list, and where the next part begins; null at the end. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

export interface PageRequest {
  readonly limit: number
  /** `next` of the page before. */
  readonly after?: string | undefined
}

type Key = readonly (string | number)[]

const encode = (key: Key): string => Buffer.from(JSON.stringify(key)).toString('base64url')

/**
 * The key a cursor stands for: as many texts and numbers as the list is ordered by.
 *
 * @throws Rejected('invalid-input') when it is not one of such a list.
 */
export function decodeCursor<Shape extends readonly ('string' | 'number')[]>(
  cursor: string | undefined,
  shape: Shape,
): { [Index in keyof Shape]: Shape[Index] extends 'number' ? number : string } | undefined {
  if (cursor === undefined) return undefined
  const key = parse(cursor)
  const fits =
    Array.isArray(key) &&
    key.length === shape.length &&
    shape.every((type, index) => typeof key[index] === type)
  if (!fits) throw new Rejected('invalid-input', "after is not the 'next' of a page of this list")
  return key as { [Index in keyof Shape]: Shape[Index] extends 'number' ? number : string }
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** How many rows to ask for: one more than the page holds tells whether there is a next. */
export const rowsFor = (limit: number): number => limit + 1

/** Makes a page of the rows that were found. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  keyOf: (row: Row) => Key,
): Page<Item> {
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  return { items: kept.map(toItem), next: rows.length > limit && last ? encode(keyOf(last)) : null }
}

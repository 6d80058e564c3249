import { messageOf, Rejected } from '#model/error.ts'
import type { ImportRow } from './import-format.ts'

/**
 * The rows of a JSON file, which is an array of objects: `line` is which of them, from 1. It is read
 * whole, so it is for files that are small.
 *
 * @throws Rejected('invalid-input') when the file is no array
 */
export async function* jsonRows(text: AsyncIterable<string>): AsyncGenerator<ImportRow> {
  let whole = ''
  for await (const piece of text) whole += piece
  for (const [index, item] of parseArray(whole).entries()) {
    const line = index + 1
    if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
      yield { line, value: item as ImportRow['value'], reasons: [] }
    } else {
      const detail = 'the item is no object'
      yield { line, value: {}, reasons: [{ code: 'bad-value', detail }] }
    }
  }
}

function parseArray(text: string): readonly unknown[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const sentence = `the file is not JSON: ${messageOf(error)}`
    throw new Rejected('invalid-input', sentence, { cause: error })
  }
  if (Array.isArray(value)) return value as readonly unknown[]
  throw new Rejected('invalid-input', 'the file is not a JSON array of objects')
}

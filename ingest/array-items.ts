const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const isOpening = (byte: number): boolean => byte === 0x5b || byte === 0x7b
const isClosing = (byte: number): boolean => byte === 0x5d || byte === 0x7d
const isSpace = (byte: number): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/**
 * The exact bytes of each item of a JSON array, in order. The bytes must be those of a valid array:
 * the caller has parsed them. Every byte this looks for is ASCII and so never part of another
 * character in UTF-8.
 */
export function arrayItems(bytes: Uint8Array): readonly Uint8Array[] {
  const items: Uint8Array[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === QUOTE) at = stringEnd(bytes, at)
    else if (isOpening(byte) && ++depth === 1) start = at + 1
    else if ((isClosing(byte) && --depth === 0) || (byte === COMMA && depth === 1)) {
      const item = trimmed(bytes, start, at)
      if (item.length > 0) items.push(item)
      start = at + 1
    }
  }
  return items
}

function stringEnd(bytes: Uint8Array, quote: number): number {
  let at = quote + 1
  while (bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1
  return at
}

function trimmed(bytes: Uint8Array, start: number, end: number): Uint8Array {
  let [from, to] = [start, end]
  while (from < to && isSpace(bytes[from] as number)) from++
  while (to > from && isSpace(bytes[to - 1] as number)) to--
  return bytes.subarray(from, to)
}

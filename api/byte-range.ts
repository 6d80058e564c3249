/** Bytes of a file, both ends included. */
export interface ByteRange {
  readonly from: number
  readonly to: number
}

/**
 * What a `Range` header asks of a file of so many bytes. One range is served; for several, or for
 * what is no range of bytes, undefined: the whole file is the right answer then (RFC 9110, 14.2).
 */
export function readByteRange(
  header: string | undefined,
  size_bytes: number,
): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '')
  if (!match) return undefined
  const [first = '', last = ''] = match.slice(1)
  if (first === '' && last === '') return undefined
  if (first === '') {
    const count = Math.min(Number(last), size_bytes)
    return count === 0 ? 'unsatisfiable' : { from: size_bytes - count, to: size_bytes - 1 }
  }
  const from = Number(first)
  const to = last === '' ? size_bytes - 1 : Math.min(Number(last), size_bytes - 1)
  if (last !== '' && Number(last) < from) return undefined
  return from >= size_bytes ? 'unsatisfiable' : { from, to }
}

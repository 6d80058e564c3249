import type { Slice } from './act-lines.ts'

/**
 * The lines of slices of the same span of time in their one order: by time, then by device, then
 * as each device wrote them. A device is in one slice only.
 */
export function mergeSlices(slices: readonly Slice[]): Buffer {
  const merged = Buffer.allocUnsafeSlow(slices.reduce((sum, { used }) => sum + used, 0))
  const open = slices.filter(({ lines }) => lines > 0).map((slice) => new Reader(slice))
  let used = 0
  while (open.length > 1) {
    let [first, next] = open as [Reader, Reader]
    if (next.isBefore(first)) [first, next] = [next, first]
    for (let index = 2; index < open.length; index += 1) {
      const reader = open[index] as Reader
      if (reader.isBefore(first)) [first, next] = [reader, first]
      else if (reader.isBefore(next)) next = reader
    }
    used = first.copyUntil(next, merged, used)
    if (first.isOver) open.splice(open.indexOf(first), 1)
  }
  open[0]?.copyRest(merged, used)
  return merged
}

class Reader {
  readonly #slice: Slice
  #line = 0
  #byte = 0
  #at: number
  #device: number

  constructor(slice: Slice) {
    this.#slice = slice
    this.#at = slice.at[0] as number
    this.#device = slice.device[0] as number
  }

  get isOver(): boolean {
    return this.#line === this.#slice.lines
  }

  isBefore(other: Reader): boolean {
    return this.#at < other.#at || (this.#at === other.#at && this.#device < other.#device)
  }

  /** Copies the lines before the next one of another; gives the place after them. */
  copyUntil(other: Reader, target: Buffer, used: number): number {
    const { bytes, at, device, length, lines } = this.#slice
    const from = this.#byte
    do {
      this.#byte += length[this.#line] as number
      this.#line += 1
      this.#at = at[this.#line] as number
      this.#device = device[this.#line] as number
    } while (this.#line < lines && this.isBefore(other))
    target.set(bytes.subarray(from, this.#byte), used)
    return used + this.#byte - from
  }

  copyRest(target: Buffer, used: number): void {
    target.set(this.#slice.bytes.subarray(this.#byte, this.#slice.used), used)
  }
}

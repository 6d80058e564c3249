import { Broken } from '#model/error.ts'
import { type EpochMs, epochMs } from '#model/time.ts'

/** `PGCOPY\n\xff\r\n\0`, flags and the length of an extension: 19 bytes before the first row. */
const HEADER_BYTES = 19
const EPOCH_2000_MS = 946_684_800_000
const TWO_32 = 4_294_967_296

/** The fields of one row, asked for in their order. */
export class CopyRow {
  #data: Buffer = Buffer.alloc(0)
  #at = 0

  /** Sets it to a row that begins at `at` of `data`, after its field count. */
  begin(data: Buffer, at: number): this {
    this.#data = data
    this.#at = at
    return this
  }

  /** ASCII, as device ids are. */
  text(): string {
    const length = this.#length()
    this.#at += length
    return this.#data.toString('latin1', this.#at - length, this.#at)
  }

  /** Cut to the millisecond. */
  instant(): EpochMs {
    return epochMs(Math.floor(this.#wide() / 1_000) + EPOCH_2000_MS)
  }

  /** Exact below 2^53. */
  bigint(): number {
    return this.#wide()
  }

  number(): number | undefined {
    if (this.#length() < 0) return undefined
    this.#at += 8
    return this.#data.readDoubleBE(this.#at - 8)
  }

  integer(): number | undefined {
    if (this.#length() < 0) return undefined
    this.#at += 4
    return this.#data.readInt32BE(this.#at - 4)
  }

  boolean(): boolean | undefined {
    if (this.#length() < 0) return undefined
    this.#at += 1
    return this.#data[this.#at - 1] === 1
  }

  #length(): number {
    this.#at += 4
    return this.#data.readInt32BE(this.#at - 4)
  }

  #wide(): number {
    const at = this.#at + 4
    this.#at = at + 8
    return this.#data.readInt32BE(at) * TWO_32 + this.#data.readUInt32BE(at + 4)
  }
}

/**
 * Cuts the rows out of a binary COPY as its bytes come. The row handed over is the same object each
 * time, and its bytes are gone afterwards.
 *
 * @throws Broken when the bytes end in the middle of a row
 */
export async function readCopyRows(
  chunks: AsyncIterable<Buffer>,
  onRow: (row: CopyRow) => void,
): Promise<number> {
  const row = new CopyRow()
  let rest: Buffer = Buffer.alloc(0)
  let skip = HEADER_BYTES
  let rows = 0
  for await (const chunk of chunks) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = Math.min(skip, data.length)
    skip -= at
    for (let end = endOfRow(data, at); end > 0; end = endOfRow(data, at)) {
      onRow(row.begin(data, at + 2))
      rows += 1
      at = end
    }
    rest = data.subarray(at)
  }
  // What is left is the field count of -1 that ends the rows.
  if (rest.length !== 2) throw new Broken('internal', 'a COPY ended in the middle of a row')
  return rows
}

/** Where the row at `at` ends; 0 when it is not all there, or is none. */
function endOfRow(data: Buffer, at: number): number {
  if (at + 2 > data.length) return 0
  const fields = data.readInt16BE(at)
  if (fields < 0) return 0
  let next = at + 2
  for (let field = 0; field < fields; field++) {
    if (next + 4 > data.length) return 0
    const length = data.readInt32BE(next)
    next += 4 + Math.max(0, length)
  }
  return next > data.length ? 0 : next
}

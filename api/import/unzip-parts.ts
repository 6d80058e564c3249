import { Unzip, UnzipInflate } from 'fflate'
import { Rejected } from '#model/error.ts'

/** So much is inflated at once: the densest archive makes a thousand times as much of it. */
const PIECE_BYTES = 8 * 1_024

/** XML of sheets is packed to a tenth or a thirtieth; what is packed far more was made to fill memory. */
const DENSEST = 150
const ALWAYS_BYTES = 4 * 1_024 * 1_024

export interface UnzipLimits {
  /** Of all that is unpacked. */
  readonly unpackedBytes: number
  readonly entries: number
}

type Take = (piece: Uint8Array, isLast: boolean) => void

/**
 * Goes through a ZIP archive once and gives the entries that are wanted, piece by piece as they are
 * unpacked; answers between pieces. Sizes that the archive claims are not believed: what comes out
 * is counted.
 *
 * @throws Rejected `invalid-input` where it is no such archive, `too-large` beyond a limit
 */
export function* unzipParts(
  archive: Uint8Array,
  takerOf: (name: string) => Take | undefined,
  limits: UnzipLimits,
): Generator<void> {
  let unpacked = 0
  let entries = 0
  let read = 0
  const unzip = new Unzip((file) => {
    entries += 1
    if (entries > limits.entries) throw tooMuch(`has more than ${limits.entries} files in it`)
    const take = takerOf(file.name)
    if (take === undefined) return
    file.ondata = (error, piece, isLast) => {
      // What is thrown here comes back as an error of the entry.
      if (error) throw error instanceof Rejected ? error : notXlsx(error.message, error)
      unpacked += piece.byteLength
      if (unpacked > limits.unpackedBytes) {
        throw tooMuch(`is more than ${limits.unpackedBytes} bytes when it is unpacked`)
      }
      if (unpacked > ALWAYS_BYTES && unpacked > DENSEST * read) {
        throw tooMuch(`unpacks to more than ${DENSEST} times its size`)
      }
      take(piece, isLast)
    }
    file.start()
  })
  unzip.register(UnzipInflate)
  for (let at = 0; at < archive.byteLength; at += PIECE_BYTES) {
    const end = Math.min(archive.byteLength, at + PIECE_BYTES)
    read = end
    try {
      unzip.push(archive.subarray(at, end), end === archive.byteLength)
    } catch (error) {
      if (error instanceof Rejected) throw error
      throw notXlsx(error instanceof Error ? error.message : String(error), error)
    }
    yield
  }
}

export const notXlsx = (why: string, cause?: unknown): Rejected =>
  new Rejected('invalid-input', `the file is no XLSX workbook: ${why}`, { cause })

export const tooMuch = (why: string): Rejected => new Rejected('too-large', `the workbook ${why}`)

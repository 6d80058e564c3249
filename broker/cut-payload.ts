import { Buffer } from 'node:buffer'

// A slice keeps the whole chunk it was cut from alive until its commit.
const CHUNK_COPY_BYTES = 8_192
const CHUNK_COPY_SHARE = 1 / 32

/** The payload of a message within what a socket gave: a slice, or a copy where that holds on to too much. */
export function cutPayload(bytes: Buffer, start: number, end: number): Buffer {
  const slice = bytes.subarray(start, end)
  const isSmall = bytes.length > CHUNK_COPY_BYTES && slice.length < bytes.length * CHUNK_COPY_SHARE
  return isSmall ? Buffer.from(slice) : slice
}

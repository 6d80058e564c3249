import type { Buffer } from 'node:buffer'
import { type FrameHead, HEAD_BYTES, MAGIC, readBody, readHead } from './frame.ts'

/** What is found in the bytes of a segment, from the first to the last. */
export type Found =
  | { readonly type: 'record'; readonly head: FrameHead; readonly body: Buffer }
  /** Bytes that are not what was written. */
  | { readonly type: 'damaged'; readonly from: number; readonly to: number }
  /** The beginning of a record whose end was never written, or nothing but zeros. */
  | { readonly type: 'torn'; readonly from: number }

/**
 * Walks through a segment. Whatever is damaged is passed over to the next frame that is whole; a
 * record that ends with the file before it ends by its head was being written when the process
 * died: nobody was told that it is safe.
 */
export function* scanFrames(bytes: Buffer, seed: number): Generator<Found, void> {
  let at = 0
  while (at < bytes.length) {
    const head = readHead(bytes, at, seed)
    const isTorn = head ? at + head.bytes > bytes.length : isUnfinished(bytes, at)
    if (isTorn) {
      yield { type: 'torn', from: at }
      return
    }
    if (!head) {
      const next = nextFrame(bytes, at + 1, seed)
      yield { type: 'damaged', from: at, to: next }
      at = next
      continue
    }
    const body = readBody(bytes, at, head, seed)
    if (body) yield { type: 'record', head, body }
    else yield { type: 'damaged', from: at, to: at + head.bytes }
    at += head.bytes
  }
}

/** Less than a head, or a stretch that a file system has added but not filled. */
const isUnfinished = (bytes: Buffer, at: number): boolean =>
  bytes.length - at < HEAD_BYTES || bytes.subarray(at).every((byte) => byte === 0)

function nextFrame(bytes: Buffer, from: number, seed: number): number {
  for (let at = bytes.indexOf(MAGIC, from); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
    if (readHead(bytes, at, seed)) return at
  }
  return bytes.length
}

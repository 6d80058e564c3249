import { isWanmiError, Rejected } from '#model/error.ts'

export interface PieceOptions {
  /** Longest wait for the next piece; time in which the reader is busy does not count. */
  readonly stallMs: number
  /** Called before a sender that stalls is given up. */
  readonly onStall?: () => void
  /** Called with the bytes of each piece, before it is read. */
  readonly onPiece?: (bytes: number) => void
}

/**
 * The pieces of an uploaded body as they arrive.
 *
 * @throws Rejected('invalid-input') for an upload that breaks off or a sender that stalls.
 */
export async function* bodyPieces(
  body: AsyncIterable<Uint8Array>,
  options: PieceOptions,
): AsyncGenerator<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]()
  try {
    for (;;) {
      const piece = await unlessStalled(pieces.next(), options)
      if (piece.done) return
      options.onPiece?.(piece.value.byteLength)
      yield piece.value
    }
  } finally {
    // Not waited for: behind a piece that never comes, it would not come either.
    void pieces.return?.()
  }
}

async function unlessStalled<Value>(
  next: Promise<Value>,
  { stallMs, onStall }: PieceOptions,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const stalled = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      onStall?.()
      reject(new Rejected('invalid-input', `nothing of the file came for ${stallMs} ms`))
    }, stallMs)
  })
  try {
    return await Promise.race([next, stalled])
  } catch (error) {
    if (isWanmiError(error)) throw error
    throw new Rejected('invalid-input', 'the upload broke off', { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

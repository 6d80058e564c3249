import { isWanmiError, Rejected } from '#model/error.ts'

export interface BodyOptions {
  /** Of the content type; UTF-8 when absent. */
  readonly charset: string | undefined
  readonly limitBytes: number
  /** Longest wait for the next piece; time in which the reader is busy does not count. */
  readonly stallMs: number
  /** Called before a sender that stalls is given up. */
  readonly onStall?: () => void
}

/** What spreadsheets in China write besides UTF-8. GB18030 reads GBK and GB2312 as well. */
const DECODERS: Readonly<Record<string, string>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  gb18030: 'gb18030',
  gbk: 'gb18030',
  gb2312: 'gb18030',
  'utf-16le': 'utf-16le',
}

/**
 * The text of an uploaded file, piece by piece; a byte order mark is left out.
 *
 * @throws Rejected('unsupported-media') for an unknown charset, 'too-large' past the limit,
 *   'invalid-input' for bytes that are not of the charset or a sender that stalls.
 */
export async function* bodyText(
  body: AsyncIterable<Uint8Array>,
  options: BodyOptions,
): AsyncGenerator<string> {
  const decode = textDecoder(options.charset ?? 'utf-8')
  const pieces = body[Symbol.asyncIterator]()
  let bytes = 0
  try {
    for (;;) {
      const piece = await unlessStalled(pieces.next(), options)
      if (piece.done) break
      bytes += piece.value.byteLength
      if (bytes > options.limitBytes) throw tooLarge(options.limitBytes)
      yield decode(piece.value)
    }
    yield decode()
  } finally {
    // Not waited for: behind a piece that never comes, it would not come either.
    void pieces.return?.()
  }
}

export const tooLarge = (limitBytes: number): Rejected =>
  new Rejected('too-large', `the file is larger than ${limitBytes} bytes`, {
    detail: { limit_bytes: limitBytes },
  })

/** Decodes piece after piece; called without one, it ends the text. */
function textDecoder(charset: string): (piece?: Uint8Array) => string {
  const label = DECODERS[charset.toLowerCase()]
  if (label === undefined) {
    const known = Object.keys(DECODERS).join(', ')
    throw new Rejected('unsupported-media', `the charset ${charset} is none of ${known}`)
  }
  const decoder = new TextDecoder(label, { fatal: true })
  return (piece) => {
    try {
      return piece ? decoder.decode(piece, { stream: true }) : decoder.decode()
    } catch (error) {
      const advice =
        label === 'utf-8' ? '; a spreadsheet in China may have written it as charset gb18030' : ''
      throw new Rejected('invalid-input', `the file is not ${label} text${advice}`, {
        cause: error,
      })
    }
  }
}

async function unlessStalled<Value>(
  next: Promise<Value>,
  { stallMs, onStall }: BodyOptions,
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

import { bodyPieces, type PieceOptions } from '#api/body-pieces.ts'
import { Rejected } from '#model/error.ts'
import { ownValue } from '#model/own-value.ts'

export interface BodyOptions extends PieceOptions {
  /** Of the content type; UTF-8 when absent. */
  readonly charset: string | undefined
  readonly limitBytes: number
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
  let bytes = 0
  for await (const piece of bodyPieces(body, options)) {
    bytes += piece.byteLength
    if (bytes > options.limitBytes) throw tooLarge(options.limitBytes)
    yield decode(piece)
  }
  yield decode()
}

export const tooLarge = (limitBytes: number): Rejected =>
  new Rejected('too-large', `the file is larger than ${limitBytes} bytes`, {
    detail: { limit_bytes: limitBytes },
  })

/** Decodes piece after piece; called without one, it ends the text. */
function textDecoder(charset: string): (piece?: Uint8Array) => string {
  const label = ownValue(DECODERS, charset.toLowerCase())
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

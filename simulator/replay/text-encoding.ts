import { pipeline, type Readable, Transform } from 'node:stream'
import { TextDecoder } from 'node:util'
import { Rejected } from '#model/error.ts'

/**
 * Reads text that may be cut anywhere, and does not mind what it cannot read: for a first look.
 *
 * @param label of the WHATWG Encoding Standard; `gbk` and `gb2312` mean gb18030
 * @throws Rejected('invalid-input') when there is no such encoding.
 */
export function decoderOf(label: string): TextDecoder {
  return decoder(label, false)
}

/** The same text as UTF-8. It fails with Rejected('invalid-input') where it is none. */
export function asUtf8(bytes: Readable, label: string): Readable {
  const strict = decoder(label, true)
  // As it is: one bad byte in a note spoils no row of a file that calls itself UTF-8.
  if (strict.encoding === 'utf-8') return bytes
  const decode = (chunk?: Buffer): Buffer => Buffer.from(strict.decode(chunk, { stream: !!chunk }))
  const transform = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      attempt(() => decode(chunk), done)
    },
    flush(done) {
      attempt(() => decode(), done)
    },
  })
  // Whoever reads hears of an error; here it only ends both.
  return pipeline(bytes, transform, () => undefined)

  function attempt(work: () => Buffer, done: (error: Error | null, data?: Buffer) => void): void {
    try {
      done(null, work())
    } catch (cause) {
      done(new Rejected('invalid-input', `the file is not ${strict.encoding}`, { cause }))
    }
  }
}

function decoder(label: string, fatal: boolean): TextDecoder {
  try {
    return new TextDecoder(label, { fatal })
  } catch (cause) {
    throw new Rejected('invalid-input', `there is no encoding ${label}`, { cause })
  }
}

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { App } from '#api/app.ts'
import type { PieceOptions } from '#api/body-pieces.ts'
import { Rejected } from '#model/error.ts'
import { ownValue } from '#model/own-value.ts'
import { bodyText, tooLarge } from './body-text.ts'
import type { ImportFormat, ImportRow } from './import-format.ts'

/** What reads the rows of a file, by its media type. */
export type RowReaders<Row = ImportRow, Format = ImportFormat> = Readonly<
  Record<string, (text: AsyncIterable<string>, format: Format) => AsyncIterable<Row>>
>

/** What reads files that are no text. */
export type ByteReaders<Row, Format> = Readonly<
  Record<
    string,
    (
      body: AsyncIterable<Uint8Array>,
      format: Format,
      options: PieceOptions & { readonly limitBytes: number },
    ) => AsyncIterable<Row>
  >
>

/** An upload from which nothing comes for so long is given up. */
const STALL_MS = 60_000

/** Routes of this scope take bodies of these media types as they arrive; nothing is read ahead. */
export function takeUploads(scope: App, readers: Readonly<Record<string, unknown>>): void {
  scope.removeAllContentTypeParsers()
  for (const type of Object.keys(readers)) {
    scope.addContentTypeParser(type, (_request, payload, done) => done(null, payload))
  }
}

/**
 * The rows of an uploaded file.
 *
 * @throws Rejected('unsupported-media') for a media type without reader, Rejected('too-large'), and
 *   while they are read what {@link bodyText} and the reader throw
 */
export function uploadedRows<Row, Format>(
  request: Pick<FastifyRequest, 'raw'> & {
    readonly headers: IncomingHttpHeaders
    readonly body: IncomingMessage
  },
  reply: FastifyReply,
  readers: RowReaders<Row, Format>,
  {
    format,
    limitBytes,
    byteReaders = {},
    onPiece,
  }: {
    readonly format: Format
    readonly limitBytes: number
    readonly byteReaders?: ByteReaders<Row, Format>
    readonly onPiece?: PieceOptions['onPiece']
  },
): AsyncIterable<Row> {
  // What is still coming when the answer is out is let pass, or its end is never seen.
  reply.raw.once('finish', () => request.raw.resume())
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes)
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').split(';')
  const media = type.trim().toLowerCase()
  const [reader, byteReader] = [ownValue(readers, media), ownValue(byteReaders, media)]
  if (!reader && !byteReader) {
    const [first = '', second = ''] = Object.keys(readers)
    throw new Rejected('unsupported-media', `send ${first} or ${second}`)
  }
  const charset = parameters
    .map((parameter) => /^\s*charset="?([^"]+)"?\s*$/i.exec(parameter)?.[1])
    .find((value) => value !== undefined)
  // Left open when reading stops early: the answer goes out over the same connection.
  const body = request.body.iterator({ destroyOnReturn: false })
  const bytes = body as AsyncIterable<Uint8Array>
  const options = {
    limitBytes,
    stallMs: STALL_MS,
    ...(onPiece && { onPiece }),
    // The connection of a sender that stalls is of no more use.
    onStall: () => void reply.header('connection', 'close'),
  }
  if (byteReader) return byteReader(bytes, format, options)
  return (reader as NonNullable<typeof reader>)(bodyText(bytes, { ...options, charset }), format)
}

import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { sendContent } from '#api/attachment/send-content.ts'
import { type UploadedFile, UploadQuery, uploadedFile } from '#api/attachment/uploaded-file.ts'
import { principalOf } from '#api/authentication.ts'
import { bodyPieces } from '#api/body-pieces.ts'
import type { ByteRange } from '#api/byte-range.ts'
import { type DeviceCheck, deviceOf } from '#api/device-authentication.ts'
import { AttachmentView, showAttachment } from '#api/schemas/attachment-view.ts'
import { answers, asMedia, refTo, Uuid } from '#api/schemas/shared.ts'
import { ATTACHMENT_MEDIA_TYPES, type Attachment } from '#model/attachment.ts'
import { Rejected } from '#model/error.ts'
import type { Principal } from '#model/principal.ts'

/** What these routes need of the attachments. */
export interface Attachments {
  /** Takes a whole file. @throws Rejected saying what is wrong with it, Unavailable */
  upload(file: UploadedFile, pieces: AsyncIterable<Uint8Array>): Promise<Attachment>
  find(id: string): Promise<Attachment | undefined>
  content(attachment: Attachment, range?: ByteRange): Promise<Readable>
  /** Whoever may see its case; until there is one, who uploaded it. */
  mayRead(attachment: Attachment, principal: Principal): Promise<boolean>
  readonly devices: DeviceCheck
}

const tags = ['attachments']

/** An upload from which nothing comes for so long is given up. */
const STALL_MS = 60_000

const AttachmentParams = Type.Object({ id: Uuid })

export function attachmentRoutes(app: App, attachments: Attachments): void {
  app.addSchema(AttachmentView)
  app.decorateRequest('device', null)

  // Only here bodies are not read ahead: the handler takes them as they arrive.
  void app.register(async (scope: App) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    scope.post('/api/v1/attachments', {
      config: { letsDevicesIn: true },
      onRequest: async (request, reply) => {
        if (request.principal === null) {
          request.device = (await deviceOf(request, reply, attachments.devices)) ?? null
        }
      },
      schema: {
        tags,
        operationId: 'uploadAttachment',
        summary: 'Upload a photo, a PDF or an MP4',
        description: `The body is the file itself, with its media type. It is checked by its first
bytes, and a file that is refused leaves nothing behind. A terminal shows its device id and secret by
HTTP Basic. An upload that no case takes up is removed after some days.`,
        security: [{ token: [] }, { device: [] }],
        querystring: UploadQuery,
        body: asMedia(Type.Unsafe<IncomingMessage>({}), ATTACHMENT_MEDIA_TYPES),
        response: answers(201, refTo(AttachmentView)),
      },
      handler: async (request, reply) => {
        // What is still coming when the answer is out is let pass, or its end is never seen.
        reply.raw.once('finish', () => request.raw.resume())
        const file = uploadedFile(request, request.query)
        // The connection of a sender that stalls is of no more use.
        const onStall = (): void => void reply.header('connection', 'close')
        const attachment = await attachments.upload(file, piecesOf(request.body, onStall))
        void reply.code(201).header('location', `/api/v1/attachments/${attachment.id}`)
        return showAttachment(attachment)
      },
    })
    return Promise.resolve()
  })

  /** What may not be seen is not there. */
  const readable = async (id: string, principal: Principal): Promise<Attachment> => {
    const attachment = await attachments.find(id)
    if (attachment && (await attachments.mayRead(attachment, principal))) return attachment
    throw new Rejected('not-found', `there is no attachment ${id}`)
  }

  app.get('/api/v1/attachments/:id', {
    schema: {
      tags,
      operationId: 'getAttachment',
      summary: 'Show what is known of an attachment',
      params: AttachmentParams,
      response: answers(200, refTo(AttachmentView)),
    },
    handler: async (request) =>
      showAttachment(await readable(request.params.id, principalOf(request))),
  })

  app.get('/api/v1/attachments/:id/content', {
    schema: {
      tags,
      operationId: 'getAttachmentContent',
      summary: 'Download the bytes of an attachment',
      description: 'One `Range` of bytes may be asked for and is answered with 206.',
      params: AttachmentParams,
      response: {
        ...answers(200, asMedia(Type.Unsafe<never>({}), ATTACHMENT_MEDIA_TYPES)),
        206: asMedia(Type.Unsafe<never>({}), ATTACHMENT_MEDIA_TYPES),
      },
    },
    handler: async (request, reply) => {
      const attachment = await readable(request.params.id, principalOf(request))
      const read = (range?: ByteRange) => attachments.content(attachment, range)
      return await sendContent(request, reply, attachment, read)
    },
  })
}

/** Left open when reading stops early: the answer goes out over the same connection. */
function piecesOf(
  body: IncomingMessage | undefined,
  onStall: () => void,
): AsyncIterable<Uint8Array> {
  if (body === undefined) return noPieces()
  const pieces = body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
  return bodyPieces(pieces, { stallMs: STALL_MS, onStall })
}

async function* noPieces(): AsyncGenerator<Uint8Array> {}

import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type ByteRange, readByteRange } from '#api/byte-range.ts'
import { contentDisposition } from '#api/content-disposition.ts'
import { PROBLEM_TYPE, toProblem } from '#api/problem.ts'
import { ATTACHMENT_MEDIA, type Attachment, attachmentFileName } from '#model/attachment.ts'
import { Rejected } from '#model/error.ts'

/**
 * Answers with the bytes of an attachment, or with the range of them that is asked for. Nothing of a
 * file that somebody has uploaded may run in the browser of somebody else.
 */
export async function sendContent(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  attachment: Attachment,
  read: (range?: ByteRange) => Promise<Readable>,
): Promise<FastifyReply> {
  const { mediaType, size_bytes } = attachment
  const safe = safeHeaders(attachment)
  if (headers['if-none-match'] === safe.etag) return reply.code(304).headers(safe).send()
  const mayBePart = headers['if-range'] === undefined || headers['if-range'] === safe.etag
  const range = mayBePart ? readByteRange(headers.range, size_bytes) : undefined
  if (range === 'unsatisfiable') return refuseRange(reply, size_bytes)
  // Opened before the answer begins, so that a failure still is a problem.
  const bytes = await read(range)
  void reply.headers(safe).type(mediaType)
  if (range === undefined) return reply.header('content-length', size_bytes).send(bytes)
  const { from, to } = range
  return reply
    .code(206)
    .header('content-range', `bytes ${from}-${to}/${size_bytes}`)
    .header('content-length', to - from + 1)
    .send(bytes)
}

function safeHeaders(attachment: Attachment) {
  const { isShown } = ATTACHMENT_MEDIA[attachment.mediaType]
  const fileName = attachmentFileName(attachment)
  return {
    etag: `"${attachment.sha256}"`,
    // The bytes never change, but who may see them does: only the browser itself may keep them.
    'cache-control': 'private, max-age=31536000, immutable',
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'content-disposition': contentDisposition(isShown ? 'inline' : 'attachment', fileName),
  }
}

function refuseRange(reply: FastifyReply, size_bytes: number): FastifyReply {
  const sentence = `the file has ${size_bytes} bytes, and the range lies beyond them`
  const problem = { ...toProblem(new Rejected('invalid-input', sentence)), status: 416 }
  return reply
    .code(416)
    .header('content-range', `bytes */${size_bytes}`)
    .type(PROBLEM_TYPE)
    .send(problem)
}

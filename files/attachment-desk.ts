import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { v7 as uuidv7 } from 'uuid'
import {
  ATTACHMENT_MEDIA,
  type Attachment,
  type AttachmentMedia,
  type Uploader,
} from '#model/attachment.ts'
import { messageOf, Rejected, Unavailable } from '#model/error.ts'
import type { Place } from '#model/place.ts'
import type { EpochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { declaredMedia, detectMedia, HEAD_BYTES } from './detect-media.ts'
import type { AttachmentRows, ByteRange, FileStore } from './ports.ts'

export interface AttachmentLimits {
  readonly photoLimitBytes: number
  readonly fileLimitBytes: number
}

export interface AttachmentDeskOptions {
  readonly files: FileStore
  readonly rows: AttachmentRows
  readonly limits: AttachmentLimits
  readonly clock: Clock
  readonly log: Logger
}

/** What a sender says of a file; nothing of it is believed but who sends it. */
export interface NewAttachment {
  readonly contentType: string | undefined
  /** How long it will be, where the sender says so beforehand. */
  readonly size_bytes: number | undefined
  readonly originalName: string | null
  readonly uploadedBy: Uploader
  readonly shotAt: EpochMs | null
  readonly place: Place | null
}

/** Each holds up to a part of a file in memory. */
const UPLOADS_MAX = 64

/**
 * Takes files in and hands them out. A file is judged by its first bytes before anything of it is
 * kept, measured and hashed on its way to the storage, and its attachment is committed only when the
 * storage has it whole.
 */
export class AttachmentDesk {
  readonly #options: AttachmentDeskOptions
  #underWay = 0

  constructor(options: AttachmentDeskOptions) {
    this.#options = options
  }

  /**
   * @throws Rejected('unsupported-media', 'too-large', 'invalid-input'), what `pieces` throws, and
   *   Unavailable. Of a file that is refused nothing stays.
   */
  async upload(file: NewAttachment, pieces: AsyncIterable<Uint8Array>): Promise<Attachment> {
    if (this.#underWay >= UPLOADS_MAX) {
      throw new Unavailable('not-ready', `${UPLOADS_MAX} files are being uploaded; try again`)
    }
    this.#underWay++
    try {
      return await this.#take(file, pieces)
    } finally {
      this.#underWay--
    }
  }

  /** The bytes, or some of them. */
  content(attachment: Attachment, range?: ByteRange): Promise<Readable> {
    return this.#options.files.read(attachment.id, range)
  }

  async #take(file: NewAttachment, pieces: AsyncIterable<Uint8Array>): Promise<Attachment> {
    const declared = declaredMedia(file.contentType)
    const limit = this.#limitOf(declared)
    if ((file.size_bytes ?? 0) > limit) throw tooLarge(declared, limit)
    const source = pieces[Symbol.asyncIterator]()
    try {
      const first = await firstOf(source)
      const head = Buffer.concat(first)
      if (head.length === 0) throw new Rejected('invalid-input', 'the file is empty')
      const mediaType = await detectMedia(head.subarray(0, HEAD_BYTES), declared)
      return await this.#keep(file, mediaType, joined(first, source))
    } finally {
      await source.return?.()
    }
  }

  async #keep(
    { originalName, uploadedBy, shotAt, place }: NewAttachment,
    mediaType: AttachmentMedia,
    pieces: AsyncIterable<Uint8Array>,
  ): Promise<Attachment> {
    const { files, rows, clock } = this.#options
    const limit = this.#limitOf(mediaType)
    const id = uuidv7()
    const uploadedAt = clock.now()
    const hash = createHash('sha256')
    let size_bytes = 0
    async function* measured(): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces) {
        size_bytes += piece.length
        if (size_bytes > limit) throw tooLarge(mediaType, limit)
        hash.update(piece)
        yield piece
      }
    }
    await rows.begin(id, uploadedAt)
    try {
      await files.write(id, mediaType, measured())
    } catch (error) {
      await this.#discard(id)
      throw error
    }
    const sha256 = hash.digest('hex')
    const facts = { originalName, uploadedBy, uploadedAt, shotAt, place }
    const unbound = { stage: null, caseId: null }
    const attachment: Attachment = { id, sha256, mediaType, size_bytes, ...facts, ...unbound }
    // Where this fails it may have been committed all the same: the file stays until that is known.
    if (await rows.add(attachment)) return attachment
    await this.#discard(id)
    throw new Unavailable('not-ready', 'the upload took so long that it was given up')
  }

  /** What cannot be cleared away now is still noted as loose and goes with the next sweep. */
  async #discard(id: string): Promise<void> {
    const { files, rows, log } = this.#options
    try {
      await files.remove(id)
      await rows.forget([id])
    } catch (error) {
      log.debug({ reason: messageOf(error) }, 'a refused file is left to the sweep')
    }
  }

  #limitOf(type: AttachmentMedia): number {
    const { photoLimitBytes, fileLimitBytes } = this.#options.limits
    return ATTACHMENT_MEDIA[type].limit === 'photo' ? photoLimitBytes : fileLimitBytes
  }
}

const tooLarge = (type: AttachmentMedia, limit_bytes: number): Rejected =>
  new Rejected('too-large', `a file of ${type} may have at most ${limit_bytes} bytes`, {
    detail: { limit_bytes },
  })

/** The first pieces of a file, enough of them to tell what it is. */
async function firstOf(source: AsyncIterator<Uint8Array>): Promise<readonly Uint8Array[]> {
  const taken: Uint8Array[] = []
  for (let bytes = 0; bytes < HEAD_BYTES; ) {
    const next = await source.next()
    if (next.done) break
    taken.push(next.value)
    bytes += next.value.length
  }
  return taken
}

async function* joined(
  first: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* first
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

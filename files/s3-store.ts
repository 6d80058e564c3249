import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { S3mini, S3ServiceError, type UploadPart } from 's3mini'
import { isWanmiError, messageOf, Rejected, Unavailable } from '#model/error.ts'
import { inParts } from './in-parts.ts'
import type { ByteRange, FileStore } from './ports.ts'

export interface S3Options {
  /** Without the bucket. */
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** The least that S3 takes for a part that is not the last. So much of an upload is in memory. */
const PART_BYTES = 5 * 1_024 * 1_024
/** Longest that one request which carries bytes there may take. */
const REQUEST_MS = 60_000

/**
 * Files as objects of a bucket. A file of one part is one request; a larger one is a multipart
 * upload, which is there whole or not at all.
 */
export class S3Store implements FileStore {
  readonly location: string
  readonly #writer: S3mini
  /** Its answers may take as long as whoever reads them. */
  readonly #reader: S3mini

  constructor({ endpoint, bucket, region, accessKeyId, secretAccessKey }: S3Options) {
    const address = `${endpoint.replace(/\/+$/, '')}/${bucket}`
    this.location = address
    const client = { endpoint: address, region, accessKeyId, secretAccessKey }
    this.#writer = new S3mini({ ...client, requestAbortTimeout: REQUEST_MS })
    this.#reader = new S3mini(client)
  }

  async check(): Promise<void> {
    const isThere = await this.#ask(() => this.#writer.bucketExists())
    if (isThere) return
    const sentence = `${this.location} is no bucket that the key may use`
    throw new Unavailable('storage-unavailable', sentence)
  }

  async write(id: string, mediaType: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const parts = inParts(pieces, PART_BYTES)
    const first = (await parts.next()).value ?? new Uint8Array()
    if (first.length < PART_BYTES) {
      await this.#ask(() => this.#writer.putObject(keyOf(id), first, mediaType))
      return
    }
    const uploadId = await this.#ask(() => this.#writer.getMultipartUploadId(keyOf(id), mediaType))
    try {
      await this.#writeParts(id, uploadId, first, parts)
    } catch (error) {
      // What cannot be given up now is found by `remove`.
      await this.#writer.abortMultipartUpload(keyOf(id), uploadId).catch(() => undefined)
      throw error
    }
  }

  async #writeParts(
    id: string,
    uploadId: string,
    first: Uint8Array,
    rest: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    const done: UploadPart[] = []
    const send = async (part: Uint8Array): Promise<void> => {
      const number = done.length + 1
      done.push(await this.#ask(() => this.#writer.uploadPart(keyOf(id), uploadId, part, number)))
    }
    await send(first)
    for await (const part of rest) await send(part)
    const whole = await this.#ask(() =>
      this.#writer.completeMultipartUpload(keyOf(id), uploadId, done),
    )
    // A storage may answer 200 first and think better of it in the body.
    if (!whole.etag) {
      throw new Unavailable('storage-unavailable', `${this.location} did not put a file together`)
    }
  }

  async read(id: string, range?: ByteRange): Promise<Readable> {
    const { body } = await this.#ask(
      () =>
        range
          ? this.#reader.getObjectRaw(keyOf(id), false, range.from, range.to + 1)
          : this.#reader.getObjectRaw(keyOf(id)),
      `the file of the attachment ${id} is gone`,
    )
    return body ? Readable.fromWeb(body as ReadableStream<Uint8Array>) : Readable.from([])
  }

  async remove(id: string): Promise<void> {
    await this.#ask(() => this.#writer.deleteObject(keyOf(id)))
    for (const uploadId of await this.#brokenUploads(keyOf(id))) {
      await this.#ask(() => this.#writer.abortMultipartUpload(keyOf(id), uploadId))
    }
  }

  /** Multipart uploads of that key that nobody has ended. */
  async #brokenUploads(key: string): Promise<readonly string[]> {
    const answer: unknown = await this.#ask(async () => {
      try {
        return await this.#writer.listMultipartUploads('/', '', 'GET', { prefix: key })
      } catch (error) {
        // Not every storage lists them; those that do not give them up by themselves.
        if (error instanceof S3ServiceError && [405, 501].includes(error.status)) return {}
        throw error
      }
    })
    const { ListMultipartUploadsResult: result } = answer as ListedUploads
    return [result?.Upload ?? []]
      .flat()
      .flatMap(({ Key, UploadId }) => (Key === key && UploadId ? [UploadId] : []))
  }

  async #ask<Answer>(request: () => Promise<Answer>, gone?: string): Promise<Answer> {
    try {
      return await request()
    } catch (error) {
      if (isWanmiError(error)) throw error
      if (gone !== undefined && error instanceof S3ServiceError && error.status === 404) {
        throw new Rejected('not-found', gone, { cause: error })
      }
      const sentence = `the storage of attachments ${this.location} fails: ${reasonOf(error)}`
      throw new Unavailable('storage-unavailable', sentence, { cause: error })
    }
  }
}

interface ListedUploads {
  readonly ListMultipartUploadsResult?: {
    readonly Upload?: UploadEntry | readonly UploadEntry[]
  }
}
interface UploadEntry {
  readonly Key?: string
  readonly UploadId?: string
}

const keyOf = (id: string): string => `attachments/${id}`

/** `fetch failed` says nothing; its cause does. */
const reasonOf = (error: unknown): string => {
  const { cause } = error as { readonly cause?: unknown }
  return cause === undefined ? messageOf(error) : `${messageOf(error)} (${messageOf(cause)})`
}

import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type Readable, Transform } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { messageOf, Rejected, Unavailable } from '#model/error.ts'
import type { ServiceAddress } from '#simulator/registry/service-client.ts'

export interface Upload {
  /** From `/api/v1` on. */
  readonly path: string
  readonly contentType: string
  readonly body: Readable
  /** Of the body, where it is known. */
  readonly length_bytes: number | undefined
  /** Called with the bytes on their way so far. */
  readonly onProgress: (bytes: number) => void
}

export interface UploadAnswer {
  readonly status: number
  /** Decoded from JSON. */
  readonly body: unknown
}

/**
 * Sends a file of any length as it is read, and returns the answer, which may come before the end
 * of the file: then the rest is not sent.
 *
 * @throws Unavailable('service-unreachable') when nothing answers or what answers is not Wanmi, and
 *   what reading the body throws.
 */
export async function upload(address: ServiceAddress, given: Upload): Promise<UploadAnswer> {
  const url = new URL(given.path, address.url)
  const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${address.token}`,
      'content-type': given.contentType,
      accept: 'application/json',
      ...(given.length_bytes === undefined ? {} : { 'content-length': given.length_bytes }),
    },
  })
  const answered = new Promise<UploadAnswer>((resolve, reject) => {
    request.on('error', (error) => reject(unreachable(address.url, error)))
    request.on('response', (response) => {
      const status = response.statusCode ?? 0
      text(response)
        .then((body) => resolve({ status, body: decoded(body, address.url) }))
        .catch((error: unknown) => reject(unreachable(address.url, error)))
    })
  })
  const sent = pipeline(given.body, counted(given.onProgress), request)
  try {
    // An answer before the end of the file settles it; sending alone settles nothing.
    return await Promise.race([
      answered,
      sent.then(() => answered, brokenFile(given.body, answered)),
    ])
  } finally {
    request.destroy()
    await sent.catch(() => undefined)
  }
}

/** When sending fails, either the file could not be read or the service has something to say. */
const brokenFile =
  (body: Readable, answered: Promise<UploadAnswer>) =>
  (error: unknown): Promise<UploadAnswer> => {
    if (body.errored === null || body.errored !== error) return answered
    throw new Rejected('invalid-input', `the file cannot be read: ${messageOf(error)}`, {
      cause: error,
    })
  }

function counted(onProgress: (bytes: number) => void): Transform {
  let bytes = 0
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      bytes += piece.length
      onProgress(bytes)
      done(null, piece)
    },
  })
}

const unreachable = (url: string, error: unknown): Error => {
  if (error instanceof Unavailable) return error
  const message = `Wanmi does not answer at ${url} (${messageOf(error)}): start it, or give --api`
  return new Unavailable('service-unreachable', message, { cause: error })
}

function decoded(body: string, url: string): unknown {
  try {
    return JSON.parse(body) as unknown
  } catch (cause) {
    throw new Unavailable('service-unreachable', `what answers at ${url} is not Wanmi`, { cause })
  }
}

import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { signatureFault } from './sig-v4.ts'

const BUCKET = 'photos'
const REGION = 'cn-north-1'
const KEY_ID = 'key-of-the-tests'
const SECRET = 'secret/of+the tests'
const PART_LEAST = 5 * 1_024 * 1_024

interface StoredObject {
  readonly bytes: Buffer
  readonly mediaType: string
}

interface OpenUpload {
  readonly key: string
  readonly mediaType: string
  readonly parts: Map<number, { readonly bytes: Buffer; readonly etag: string }>
}

/**
 * As much of S3 as attachments need, with one bucket in memory. Every request must be signed
 * rightly. What it takes and gives follows the Amazon S3 API Reference.
 */
export class FakeS3 {
  readonly objects = new Map<string, StoredObject>()
  readonly uploads = new Map<string, OpenUpload>()
  /** `PUT /photos/…?partNumber=1`, without ids of uploads. */
  readonly requests: string[] = []
  /** Most bytes that one request carried. */
  largestBody = 0
  /** Answers in place of the storage where it gives something. */
  trouble: (request: string) => { readonly status: number; readonly body: string } | undefined =
    () => undefined
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response)
  })
  #port = 0

  async open(): Promise<this> {
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
    return this
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  /** What a client has to know. */
  get options() {
    return {
      endpoint: `http://127.0.0.1:${this.#port}`,
      bucket: BUCKET,
      region: REGION,
      accessKeyId: KEY_ID,
      secretAccessKey: SECRET,
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request
    const body = await buffer(request)
    this.largestBody = Math.max(this.largestBody, body.length)
    const line = `${method} ${url.replace(/uploadId=[^&]+&?/, '').replace(/[?&]$/, '')}`
    this.requests.push(line)
    const fault = signatureFault({ method, url, headers }, { [KEY_ID]: SECRET })
    if (fault !== undefined) return refuse(response, 403, 'SignatureDoesNotMatch', fault)
    const trouble = this.trouble(line)
    if (trouble) return send(response, trouble.status, trouble.body)
    const { pathname, searchParams } = new URL(url, 'http://s3')
    const [, bucket, ...rest] = pathname.split('/')
    if (bucket !== BUCKET) return refuse(response, 404, 'NoSuchBucket', String(bucket))
    const key = decodeURIComponent(rest.join('/'))
    const uploadId = searchParams.get('uploadId')
    if (uploadId !== null) return this.#onUpload(response, method, uploadId, searchParams, body)
    if (method === 'POST') return this.#begin(response, key, headers['content-type'])
    if (method === 'PUT') return this.#put(response, key, headers, body)
    if (method === 'DELETE') {
      this.objects.delete(key)
      return send(response, 204, '')
    }
    if (searchParams.has('uploads')) return this.#list(response, searchParams.get('prefix') ?? '')
    if (key === '') return send(response, 200, '')
    return this.#get(response, key, headers.range)
  }

  #put(
    response: ServerResponse,
    key: string,
    headers: IncomingMessage['headers'],
    bytes: Buffer,
  ): void {
    if (headers['content-length'] === undefined) {
      return refuse(response, 411, 'MissingContentLength', key)
    }
    this.objects.set(key, { bytes, mediaType: headers['content-type'] ?? '' })
    send(response, 200, '', { etag: etagOf(bytes) })
  }

  #get(response: ServerResponse, key: string, range: string | undefined): void {
    const object = this.objects.get(key)
    if (!object) return refuse(response, 404, 'NoSuchKey', key)
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
    const isPart = from !== undefined && to !== undefined
    const bytes = isPart ? object.bytes.subarray(Number(from), Number(to) + 1) : object.bytes
    response.writeHead(isPart ? 206 : 200, { 'content-type': object.mediaType })
    response.end(bytes)
  }

  #begin(response: ServerResponse, key: string, mediaType = ''): void {
    const id = randomUUID()
    this.uploads.set(id, { key, mediaType, parts: new Map() })
    send(
      response,
      200,
      `<?xml version="1.0" encoding="UTF-8"?><InitiateMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Bucket>${BUCKET}</Bucket><Key>${key}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    )
  }

  #onUpload(
    response: ServerResponse,
    method: string,
    id: string,
    parameters: URLSearchParams,
    body: Buffer,
  ): void {
    const upload = this.uploads.get(id)
    if (!upload) return refuse(response, 404, 'NoSuchUpload', id)
    if (method === 'DELETE') {
      this.uploads.delete(id)
      return send(response, 204, '')
    }
    if (method === 'PUT') {
      const etag = etagOf(body)
      upload.parts.set(Number(parameters.get('partNumber')), { bytes: body, etag })
      return send(response, 200, '', { etag })
    }
    return this.#complete(response, id, upload, body.toString())
  }

  #complete(response: ServerResponse, id: string, upload: OpenUpload, xml: string): void {
    const listed = [
      ...xml.matchAll(/<Part><PartNumber>(\d+)<\/PartNumber><ETag>([^<]+)<\/ETag><\/Part>/g),
    ]
    const parts = listed.map(([, number, etag]) => {
      const part = upload.parts.get(Number(number))
      return part?.etag === `"${etag}"` ? part.bytes : undefined
    })
    if (parts.length === 0 || parts.includes(undefined)) {
      return refuse(response, 400, 'InvalidPart', upload.key)
    }
    const bytes = parts as Buffer[]
    if (bytes.slice(0, -1).some((part) => part.length < PART_LEAST)) {
      return refuse(response, 400, 'EntityTooSmall', upload.key)
    }
    this.uploads.delete(id)
    this.objects.set(upload.key, { bytes: Buffer.concat(bytes), mediaType: upload.mediaType })
    const etag = `&quot;${createHash('md5').update(xml).digest('hex')}-${bytes.length}&quot;`
    send(
      response,
      200,
      `<?xml version="1.0" encoding="UTF-8"?><CompleteMultipartUploadResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Bucket>${BUCKET}</Bucket><Key>${upload.key}</Key><ETag>${etag}</ETag></CompleteMultipartUploadResult>`,
    )
  }

  #list(response: ServerResponse, prefix: string): void {
    const entries = [...this.uploads]
      .filter(([, { key }]) => key.startsWith(prefix))
      .map(([id, { key }]) => `<Upload><Key>${key}</Key><UploadId>${id}</UploadId></Upload>`)
    send(
      response,
      200,
      `<?xml version="1.0" encoding="UTF-8"?><ListMultipartUploadsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Bucket>${BUCKET}</Bucket>${entries.join('')}<IsTruncated>false</IsTruncated></ListMultipartUploadsResult>`,
    )
  }
}

const etagOf = (bytes: Buffer): string => `"${createHash('md5').update(bytes).digest('hex')}"`

const send = (
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/xml', ...headers })
  response.end(body)
}

const refuse = (response: ServerResponse, status: number, code: string, message: string): void =>
  send(response, status, `<Error><Code>${code}</Code><Message>${message}</Message></Error>`)

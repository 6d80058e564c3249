import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { query } from '#store/query.ts'
import { jpegOf, SAMPLES } from '#tests/files/media-samples.ts'
import { TOKEN } from './api-fixture.ts'
import {
  ATTACHMENTS,
  type AttachmentHouse,
  openAttachmentHouse,
  PHOTO_LIMIT_BYTES,
} from './attachment-house.ts'

const JPEG = SAMPLES['image/jpeg']

describe.each(['a folder', 'a bucket'] as const)('with %s', (storage) => {
  let house: AttachmentHouse
  beforeAll(async () => {
    house = await openAttachmentHouse(storage)
  })
  afterEach(() => house.empty())
  afterAll(() => house.close())

  test('a file of every allowed kind is kept, told of and given back', async () => {
    for (const [mediaType, bytes] of Object.entries(SAMPLES)) {
      const { status, body, headers } = await house.upload(mediaType, bytes)
      expect(status, mediaType).toBe(201)
      expect(headers['location']).toBe(`${ATTACHMENTS}/${body.id}`)
      expect(body).toEqual({
        id: body.id,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        mediaType,
        size_bytes: bytes.length,
        originalName: null,
        uploadedBy: { accountId: null, deviceId: null, name: 'admin token' },
        uploadedAt: body.uploadedAt,
        shotAt: null,
        place: null,
        stage: null,
        caseId: null,
      })
      expect((await house.api.call('GET', `${ATTACHMENTS}/${body.id}`)).body).toEqual(body)
      const content = await house.content(body.id)
      expect(content.headers.get('content-type')).toBe(mediaType)
      expect(content.bytes.equals(bytes)).toBe(true)
    }
    expect(house.kept()).toHaveLength(7)
    expect(await query(house.pool, 'select * from loose_file')).toEqual([])
  })

  test('a large file that says not how long it is comes through whole', async () => {
    const video = Buffer.concat([SAMPLES['video/mp4'], jpegOf(11_000_000)])
    const response = await house.stream('video/mp4', video)
    expect(response.status).toBe(201)
    const { id } = (await response.json()) as { id: string }
    expect((await house.content(id)).bytes.equals(video)).toBe(true)
  })

  test('what is refused is told why and leaves nothing behind', async () => {
    const page = Buffer.from('<html><script>alert(1)</script></html>')
    for (const [type, body, status, why] of [
      ['image/png', JPEG, 415, /sent as image\/png, but by its bytes it is image\/jpeg/],
      ['image/jpeg', page, 415, /by its bytes it is nothing that can be attached/],
      [
        'image/jpeg',
        Buffer.from('PK\x03\x04'.repeat(10)),
        415,
        /by its bytes it is application\/zip/,
      ],
      ['image/gif', Buffer.from('GIF89a'), 415, /image\/gif cannot be attached: send one of/],
      ['text/html', page, 415, /text\/html cannot be attached/],
      ['multipart/form-data; boundary=x', JPEG, 415, /the bytes of one file as the body/],
      ['', JPEG, 415, /has no content type/],
      ['image/jpeg', Buffer.alloc(0), 400, /the file is empty/],
      [
        'image/jpeg',
        jpegOf(PHOTO_LIMIT_BYTES + 1),
        413,
        /image\/jpeg may have at most 6291456 bytes/,
      ],
    ] as const) {
      const answer = await house.upload(type, body)
      expect(answer.status, type).toBe(status)
      expect(answer.body.detail).toMatch(why)
    }
    for (const [search, why] of [
      ['?lon_deg=111.0', /place-incomplete/],
      ['?lon_deg=0&lat_deg=0', /place-null-island/],
      ['?lon_deg=35.02&lat_deg=111.0', /place-swapped/],
      ['?shotAt=yesterday', /shotAt is neither/],
      ['?stage=check', /stage is not a field/],
      [`?name=${'x'.repeat(256)}`, /at most 255/],
    ] as const) {
      const answer = await house.upload('image/jpeg', JPEG, { search })
      expect(answer.status, search).toBe(400)
      expect(answer.body.detail).toMatch(why)
    }
    expect(house.kept()).toEqual([])
    expect(await house.rows()).toBe(0)
  })

  test('a file that grows too large, or whose sender goes, leaves nothing behind', async () => {
    // Nobody says beforehand how much comes: it is measured as it does.
    const grown = await house.stream('image/jpeg', jpegOf(PHOTO_LIMIT_BYTES + 1_000_000))
    expect(grown.status).toBe(413)
    expect(house.kept()).toEqual([])

    const { port } = new URL(house.url)
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'image/jpeg' }
    const sender = httpRequest({ port, path: ATTACHMENTS, method: 'POST', headers })
    sender.on('error', () => undefined)
    sender.write(jpegOf(100_000))
    await vi.waitFor(async () => expect(await house.rows()).toBe(1))
    sender.destroy()
    await vi.waitFor(async () => expect(await house.rows()).toBe(0))
    expect(house.kept()).toEqual([])
  })
})

test('a storage that is away is a problem that says: later', async () => {
  const house = await openAttachmentHouse('a bucket')
  await house.s3.close()
  const { status, body, headers } = await house.upload('image/jpeg', JPEG)
  expect(status).toBe(503)
  expect(body.code).toBe('storage-unavailable')
  expect(headers['retry-after']).toBe('5')
  // What may have come to the storage is noted, so that it can be looked for.
  expect(await house.rows()).toBe(1)
  await house.close()
})

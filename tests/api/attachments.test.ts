import { rm } from 'node:fs/promises'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '#runtime/clock.ts'
import { bindAttachments } from '#store/attachments/bind-attachments.ts'
import { jpegOf, SAMPLES } from '#tests/files/media-samples.ts'
import {
  AS_TERMINAL,
  ATTACHMENTS,
  type AttachmentHouse,
  basic,
  openAttachmentHouse,
} from './attachment-house.ts'

const JPEG = SAMPLES['image/jpeg']

describe('an attachment', () => {
  let house: AttachmentHouse
  beforeAll(async () => {
    house = await openAttachmentHouse('a folder')
  })
  afterEach(() => house.empty())
  afterAll(() => house.close())

  const get = (id: string, path = '') => house.api.call('GET', `${ATTACHMENTS}/${id}${path}`)

  test('is sent so that nothing of it can run, under a name that fits what it is', async () => {
    for (const [given, type, disposition] of [
      ['', 'image/png', /^inline; filename="[0-9a-f-]{36}\.png"$/],
      [
        '井盖 1.JPG',
        'image/jpeg',
        /^inline; filename="__ 1\.JPG"; filename\*=UTF-8''%E4%BA%95%E7%9B%96%201\.JPG$/,
      ],
      [
        'C:\\photos\\evil".html',
        'image/jpeg',
        /^inline; filename="evil_\.html\.jpg"; filename\*=UTF-8''evil%22\.html\.jpg$/,
      ],
      ['../../etc/passwd', 'application/pdf', /^attachment; filename="passwd\.pdf"$/],
      ['a\r\nset-cookie: x', 'video/mp4', /^inline; filename="aset-cookie: x\.mp4"$/],
    ] as const) {
      const search = `?name=${encodeURIComponent(given)}`
      const { id } = (await house.upload(type, SAMPLES[type], { search })).body
      const { headers } = await get(id, '/content')
      expect(headers['content-disposition']).toMatch(disposition)
      expect(headers).toMatchObject({
        'content-type': type,
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'cache-control': 'private, max-age=31536000, immutable',
      })
    }
  })

  test('says when and where it was shot', async () => {
    const search = '?shotAt=2026-11-25T08:00:00%2B08:00&lon_deg=111.0057&lat_deg=35.0264'
    const { body } = await house.upload('image/jpeg', JPEG, { search })
    expect(body).toMatchObject({
      shotAt: '2026-11-25T00:00:00.000Z',
      place: { lon_deg: 111.0057, lat_deg: 35.0264 },
    })
  })

  test('of a terminal is its, and its place is moved from the system of the terminal', async () => {
    const authorization = AS_TERMINAL
    const search = '?lon_deg=111.0057&lat_deg=35.0264&name=a.heic'
    const { status, body } = await house.upload('image/heif', SAMPLES['image/heic'], {
      search,
      authorization,
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      mediaType: 'image/heic',
      uploadedBy: { accountId: null, deviceId: 'terminal-1', name: '王五' },
    })
    expect(body.place.lon_deg).toBeCloseTo(111.0, 2)
    expect(body.place.lon_deg).not.toBe(111.0057)
  })

  test('of no terminal, or of one that shows no right secret, is not taken', async () => {
    for (const [id, secret, status] of [
      ['terminal-1', 'another', 401],
      ['terminal-2', 'its:secret', 401],
      ['asleep', 'secret', 403],
      ['asleep', 'wrong', 401],
      ['cover-1', 'secret', 403],
    ] as const) {
      const authorization = basic(id, secret)
      const answer = await house.upload('image/jpeg', JPEG, { authorization })
      expect(answer.status, id).toBe(status)
      if (status === 401) expect(answer.headers['www-authenticate']).toMatch(/^Basic /)
    }
    for (const authorization of ['Basic', 'Basic bm9jb2xvbg==', 'Bearer wrong']) {
      expect((await house.upload('image/jpeg', JPEG, { authorization })).status).toBe(401)
    }
    expect(house.kept()).toEqual([])
  })

  test('is all that the secret of a device opens', async () => {
    const { id } = (await house.upload('image/jpeg', JPEG)).body
    const authorization = AS_TERMINAL
    for (const path of [
      `${ATTACHMENTS}/${id}`,
      `${ATTACHMENTS}/${id}/content`,
      '/api/v1/devices',
      '/nowhere',
    ]) {
      const { status } = await house.api.call('GET', path, undefined, { authorization })
      expect(status, path).toBe(401)
    }
  })

  test('of a case is there only for whoever may see the case', async () => {
    const { id } = (await house.upload('image/jpeg', JPEG)).body
    const caseId = uuidv7()
    await bindAttachments(house.pool, {
      caseId,
      ids: [id],
      stage: 'collected',
      by: { accountId: null, deviceId: null },
      at: systemClock.now(),
    })
    expect((await get(id)).body).toMatchObject({
      caseId,
      stage: 'collected',
    })
    expect(house.sees.asked.at(-1)).toMatchObject({ caseId, principal: { accountId: null } })
    house.sees.answer = false
    const unknown = await get(uuidv7())
    for (const path of ['', '/content']) {
      const { status, body } = await get(id, path)
      expect(status).toBe(404)
      expect(body.code).toBe(unknown.body.code)
    }
    house.sees.answer = true
  })

  test('of no case is there only for who has uploaded it', async () => {
    const asked = house.sees.asked.length
    const sent = await house.upload('image/jpeg', JPEG, { authorization: AS_TERMINAL })
    const { id } = sent.body
    expect((await get(id, '/content')).status).toBe(404)
    expect((await get(id)).status).toBe(404)
    expect(house.sees.asked).toHaveLength(asked)
  })

  test('whose file is gone is a problem, and not an empty photo for ever', async () => {
    const { id } = (await house.upload('image/jpeg', JPEG)).body
    await rm(house.folder, { recursive: true })
    const { status, body, headers } = await get(id, '/content')
    expect(status).toBe(404)
    expect(body.detail).toMatch(/file of the attachment .* is gone/)
    expect(headers['cache-control']).toBe('no-store')
  })

  test('some of the bytes are given where they are asked for', async () => {
    const bytes = jpegOf(100_000)
    const { id, sha256 } = (await house.upload('image/jpeg', bytes)).body
    const get = (headers: Record<string, string>) => house.content(id, headers)
    for (const [range, from, to] of [
      ['bytes=0-0', 0, 0],
      ['bytes=10-19', 10, 19],
      ['bytes=99990-', 99_990, 99_999],
      ['bytes=99990-200000', 99_990, 99_999],
      ['bytes=-5', 99_995, 99_999],
      ['bytes=-200000', 0, 99_999],
    ] as const) {
      const some = await get({ range })
      expect(some.status, range).toBe(206)
      expect(some.headers.get('content-range')).toBe(`bytes ${from}-${to}/100000`)
      expect(some.bytes.equals(bytes.subarray(from, to + 1))).toBe(true)
    }
    for (const range of ['bytes=100000-', 'bytes=-0']) {
      const { status, headers } = await get({ range })
      expect(status).toBe(416)
      expect(headers.get('content-range')).toBe('bytes */100000')
    }
    for (const range of ['bytes=5-1', 'bytes=0-1,5-6', 'lines=1-2', 'bytes=-']) {
      expect((await get({ range })).bytes.equals(bytes), range).toBe(true)
    }
    const etag = `"${sha256}"`
    expect(await get({ range: 'bytes=0-0', 'if-range': etag })).toMatchObject({ status: 206 })
    expect(await get({ range: 'bytes=0-0', 'if-range': '"old"' })).toMatchObject({ status: 200 })
    expect(await get({ 'if-none-match': etag })).toMatchObject({ status: 304 })
  })
})

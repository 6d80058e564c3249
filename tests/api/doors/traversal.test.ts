import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  ATTACHMENTS,
  type AttachmentHouse,
  openAttachmentHouse,
} from '#tests/api/attachment-house.ts'
import { SAMPLES } from '#tests/files/media-samples.ts'

let house: AttachmentHouse
beforeAll(async () => {
  house = await openAttachmentHouse('a folder')
})
afterAll(() => house.close())

const OUTSIDE = [
  '../../../../etc/passwd',
  '..\\..\\windows\\win.ini',
  '/etc/passwd',
  'C:\\boot.ini',
  '....//....//etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  'photo.png\u0000.sh',
  '.',
  '..',
  'con.png',
  '\u2025/\uff0f\uff0eetc',
]

test('whatever a file is called, it lies in its folder under a name of ours', async () => {
  const before = readdirSync(`${house.folder}/..`)
  for (const name of OUTSIDE) {
    const search = `?name=${encodeURIComponent(name)}`
    const { status, body, text } = await house.upload('image/png', SAMPLES['image/png'], { search })
    expect(status, text).toBe(201)
    expect(body.originalName ?? '').not.toMatch(/[/\\\0]/)
    const { headers } = await house.content(body.id)
    expect(headers.get('content-disposition')).toMatch(/^inline; filename="[^"/\\]+\.png"/)
  }
  // Folders by the ends of the ids, and the ids.
  for (const file of house.kept()) expect(file).toMatch(/^(?:[0-9a-f]{2}\/)*[0-9a-f-]{36}$/)
  // Other tests have folders of their own beside it, which come and go.
  const added = readdirSync(`${house.folder}/..`).filter((name) => !before.includes(name))
  expect(added.filter((name) => OUTSIDE.some((told) => told.includes(name)))).toEqual([])
})

test.each([
  '../../../../etc/passwd',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '..%5c..%5cwindows%5cwin.ini',
  '%00',
  'arriving',
])('no address leads out of the attachments: %s', async (id) => {
  for (const url of [`${ATTACHMENTS}/${id}`, `${ATTACHMENTS}/${id}/content`]) {
    const answer = await house.api.call('GET', url)
    expect([400, 404], `${url} ${answer.text}`).toContain(answer.status)
  }
})

test.each(['..%2f..%2fpackage.json', '%2e%2e/%2e%2e/package.json', '..%5cpackage.json', '.env'])(
  'no address leads out of the documentation: %s',
  async (path) => {
    const answer = await house.api.call('GET', `/api/docs/static/${path}`)
    expect([400, 403, 404], answer.text).toContain(answer.status)
  },
)

import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ImportWatch } from '#api/import/import-progress.ts'
import { accountOf } from '#tests/support/case-rules.ts'
import { type Caller, openTestApi, type TestApi, TOKEN } from './api-fixture.ts'

const NAME = 'spring-parts'
const HEAD = 'id,name\n1408020107000001,路灯\n1408020107000002,路灯\n'
const REST = '1408020107000003,路灯\n'

let api: TestApi
let address: string
let other: Caller
beforeAll(async () => {
  api = await openTestApi()
  address = await api.app.listen({ host: '127.0.0.1', port: 0 })
  other = await api.signIn({ accountId: accountOf('inspector'), roles: ['engineer'] })
})
afterAll(() => api.close())

test('how far an import is can be seen by whoever sent it, while it comes and when it has ended', async () => {
  const url = `/api/v1/imports/parts?name=${NAME}`
  const totalBytes = Buffer.byteLength(HEAD + REST)
  const sending = request(new URL(url, address), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'text/csv',
      'content-length': totalBytes,
    },
  })
  const answered = new Promise<number | undefined>((resolve, reject) => {
    sending.on('error', reject)
    sending.on('response', (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode))
    })
  })
  sending.write(HEAD)
  const progress = async () => (await api.call('GET', `/api/v1/imports/${NAME}`)).body
  // The last row that has come could still go on.
  await expect
    .poll(progress, { timeout: 20_000 })
    .toEqual({ phase: 'reading', rows: 1, bytes: Buffer.byteLength(HEAD), totalBytes })
  expect((await other.call('GET', `/api/v1/imports/${NAME}`)).status).toBe(404)
  const again = await api.call('POST', url, HEAD, { 'content-type': 'text/csv' })
  expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } })

  sending.end(REST)
  expect(await answered).toBe(200)
  expect(await progress()).toEqual({ phase: 'ended', rows: 3, bytes: totalBytes, totalBytes })
})

test('an import that is refused has ended too, and its name can be given again', async () => {
  const send = () =>
    api.call('POST', '/api/v1/imports/parts?name=with-faults', 'id,colour\n', {
      'content-type': 'text/csv',
    })
  expect((await send()).status).toBe(400)
  const { body } = await api.call('GET', '/api/v1/imports/with-faults')
  expect(body).toMatchObject({ phase: 'ended', rows: 0, totalBytes: 10 })
  expect((await send()).status).toBe(400)
  expect((await api.call('GET', '/api/v1/imports/never-sent')).status).toBe(404)
})

test('what has ended is forgotten after a minute, and what runs is not', () => {
  let now = 0
  const watch = new ImportWatch(() => now)
  watch.begin('wang', 'long-one', null)
  watch.begin('wang', 'short-one', null).end()
  now = 59_999
  expect(watch.find('wang', 'short-one')).toMatchObject({ phase: 'ended' })
  now = 60_000
  expect(watch.find('wang', 'short-one')).toBeUndefined()
  expect(watch.find('wang', 'long-one')).toMatchObject({ phase: 'starting' })
})

import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApi, type TestApi } from '#tests/api/api-fixture.ts'
import { addAccount, addPerson } from './accounts.ts'
import { Browser } from './browser.ts'

let api: TestApi
let address: string
beforeAll(async () => {
  api = await openTestApi()
  address = await api.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => api.close())

/** Begins to watch the live feed. */
async function watch(headers: Record<string, string>) {
  const asking = request(new URL('/api/v1/live?cases=true', address), { headers })
  asking.end()
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  expect(answer.statusCode).toBe(200)
  answer.resume()
  answer.on('error', () => undefined)
  const ended = new Promise((resolve) => {
    answer.once('close', resolve)
  })
  return { answer, ended }
}

test('the live feed of whoever is disabled ends, and nobody else notices', async () => {
  const [gone, stays] = [
    await addAccount(api.people, ['engineer']),
    await addAccount(api.people, ['engineer']),
  ]
  const [theirs, other] = [await watch(gone.headers), await watch(stays.headers)]
  await api.call('PATCH', `/api/v1/accounts/${gone.id}`, { enabled: false })
  await theirs.ended
  expect(other.answer.destroyed).toBe(false)
  other.answer.destroy()
})

test('the live feed of whoever may see something else ends, so that it is asked for anew', async () => {
  const { id, headers } = await addAccount(api.people, ['engineer'])
  const feed = await watch(headers)
  await api.call('PATCH', `/api/v1/accounts/${id}`, { name: 'Another name' })
  await feed.ended
  const again = await watch(headers)
  again.answer.destroy()
})

test('signing out ends the live feed of that browser', async () => {
  const { login } = await addPerson(api.people, ['engineer'])
  const browser = new Browser(api)
  await browser.signIn(login)
  const cookie = `wanmi_session=${browser.cookies.get('wanmi_session')}`
  const feed = await watch({ cookie })
  await browser.send('DELETE', '/api/v1/session')
  await feed.ended
})

import { expect, test } from 'vitest'
import { askService } from '#simulator/registry/service-client.ts'
import { FakeService } from './fake-service.ts'

test('whoever asks too often comes again when it is told to, and is answered', async () => {
  let left = 3
  await using service = await FakeService.open(() =>
    left-- > 0 ? { status: 429, headers: { 'retry-after': '0' } } : { body: { id: 'a' } },
  )
  const address = { url: service.url, token: 'token' }
  const asked = { method: 'POST', path: '/api/v1/devices', body: '{"id":"a"}' } as const
  expect(await askService(address, asked)).toEqual({ id: 'a' })
  expect(service.requests.map(({ body }) => body)).toEqual(Array(4).fill('{"id":"a"}'))
})

test.each([
  [{ 'retry-after': '900' }, 1],
  [{ 'retry-after': 'tomorrow' }, 1],
  [{}, 1],
  [{ 'retry-after': '0' }, 20],
])('it does not wait for ever: told %o it asks %i times', async (headers, times) => {
  await using service = await FakeService.open(() => ({
    status: 429,
    headers,
    body: { code: 'too-many-requests', detail: 'later' },
  }))
  const address = { url: service.url, token: 'token' }
  await expect(askService(address, { method: 'GET', path: '/api/v1/devices' })).rejects.toThrow(
    'later',
  )
  expect(service.requests).toHaveLength(times)
})

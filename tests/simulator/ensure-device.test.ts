import { describe, expect, test } from 'vitest'
import { minutes } from '#model/time.ts'
import { ensureDevice } from '#simulator/registry/ensure-device.ts'
import { type FakeAnswer, FakeService } from './fake-service.ts'

const wanted = {
  id: 'gauge:1',
  kind: 'pipe-gauge',
  secret: undefined,
  rotate: false,
  interval: undefined,
}
const NOT_FOUND: FakeAnswer = { status: 404, body: { title: 'Not found', detail: 'no device' } }
const KNOWN: FakeAnswer = { body: { id: 'gauge:1', kind: 'pipe-gauge' } }

const serviceThat = (get: FakeAnswer, post: FakeAnswer = {}): Promise<FakeService> =>
  FakeService.open(({ method }) => (method === 'GET' ? get : post))

describe('the device of a recording', () => {
  test('is registered when it is not there, with the secret the service makes', async () => {
    await using service = await serviceThat(NOT_FOUND, { status: 201, body: { secret: 'made' } })
    const ensured = await ensureDevice({ url: service.url, token: 't' }, wanted)
    expect(ensured).toEqual({ secret: 'made', registered: 'now' })
    const [get, post] = service.requests
    expect(get?.path).toBe('/api/v1/devices/gauge%3A1')
    expect(post).toMatchObject({ path: '/api/v1/devices', contentType: 'application/json' })
    expect(JSON.parse(post?.body ?? '')).toEqual({ id: 'gauge:1', kind: 'pipe-gauge' })
  })

  test('is registered with the secret that is given', async () => {
    await using service = await serviceThat(NOT_FOUND, { status: 201, body: {} })
    const ensured = await ensureDevice(
      { url: service.url, token: 't' },
      { ...wanted, secret: 'mine', interval: minutes(15) },
    )
    expect(ensured).toEqual({ secret: 'mine', registered: 'now' })
    expect(JSON.parse(service.requests[1]?.body ?? '')).toMatchObject({
      secret: 'mine',
      reportingInterval_s: 900,
    })
  })

  test('keeps its secret when it is there', async () => {
    await using service = await serviceThat(KNOWN)
    const ensured = await ensureDevice(
      { url: service.url, token: 't' },
      { ...wanted, secret: 'mine' },
    )
    expect(ensured).toEqual({ secret: 'mine', registered: 'before' })
    expect(service.requests).toHaveLength(1)
  })

  test('gets another secret only when that is asked for', async () => {
    await using service = await serviceThat(KNOWN, { body: { id: 'gauge:1', secret: 'new' } })
    const address = { url: service.url, token: 't' }
    await expect(ensureDevice(address, wanted)).rejects.toThrow(
      /registered already: give its secret/,
    )
    expect(service.requests).toHaveLength(1)
    const ensured = await ensureDevice(address, { ...wanted, rotate: true })
    expect(ensured).toEqual({ secret: 'new', registered: 'before' })
    expect(service.requests.at(-1)?.path).toBe('/api/v1/devices/gauge%3A1/secret')
  })

  test('is not published to as another kind than it is', async () => {
    await using service = await serviceThat({ body: { id: 'gauge:1', kind: 'bin-sensor' } })
    await expect(ensureDevice({ url: service.url, token: 't' }, wanted)).rejects.toThrow(
      'gauge:1 is registered as a bin-sensor, not as a pipe-gauge',
    )
  })

  test('what the service refuses keeps the code and the words of the service', async () => {
    const problem = { code: 'conflict', title: 'Conflict', detail: 'that id was just taken' }
    await using service = await serviceThat(NOT_FOUND, { status: 409, body: problem })
    await expect(ensureDevice({ url: service.url, token: 't' }, wanted)).rejects.toMatchObject({
      name: 'Rejected',
      code: 'conflict',
      message: 'the service refuses /api/v1/devices: that id was just taken',
    })
  })
})

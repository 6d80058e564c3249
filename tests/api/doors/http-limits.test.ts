import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiOptions } from '#api/api-ports.ts'
import { Rejected } from '#model/error.ts'
import type { Metrics } from '#runtime/metrics.ts'
import { type Answer, ask, listen, RawConnection } from './listening-api.ts'

type Listening = Awaited<ReturnType<typeof listen>>

const refusals = async (metrics: Metrics, reason: string): Promise<number> => {
  const { values } = await metrics.httpConnectionsRefused.get()
  return values.find(({ labels }) => labels.reason === reason)?.value ?? 0
}

const ALIVE = 'GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n'

describe('behind a proxy that is trusted, whoever asks too often', () => {
  let api: Listening
  beforeAll(async () => {
    const rates = { ratePerAddress: 1, ratePerCredential: 2 }
    const proxies = { trustedProxies: ['loopback'], connectionsPerAddressMax: 2 }
    api = await listen({ ...rates, ...proxies })
  })
  afterAll(() => api.close())

  const get = (path: string, from: string, token?: string): Promise<Answer> =>
    ask(`${api.address}${path}`, {
      'x-forwarded-for': from,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    })
  const times = async (count: number, request: () => Promise<Answer>): Promise<number[]> => {
    const statuses = new Set<number>()
    for (let done = 0; done < count; done++) statuses.add((await request()).status)
    return [...statuses]
  }

  test('as a stranger is told when to go on, and those who are signed in are not', async () => {
    const stranger = () => get('/api/problems', '192.0.2.1', 'guessed')
    expect(await times(10, stranger)).toEqual([401])
    const refused = await stranger()
    expect(refused.status).toBe(429)
    expect(refused.headers['content-type']).toContain('application/problem+json')
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(10)
    expect(JSON.parse(refused.text)).toMatchObject({
      code: 'too-many-requests',
      status: 429,
      detail: expect.stringMatching(/^this address asks too often: go on in \d+ s$/),
    })
    expect((await get('/api/problems', '192.0.2.1', 'token of a neighbour')).status).toBe(200)
    expect((await get('/api/problems', '192.0.2.2', 'guessed')).status).toBe(401)
  })

  test('with a token is that token, wherever it asks from, and no other one', async () => {
    let last = 0
    const eager = () => get('/api/problems', `198.51.100.${last++}`, 'token of one')
    expect(await times(20, eager)).toEqual([200])
    const refused = await eager()
    expect(JSON.parse(refused.text)).toMatchObject({
      status: 429,
      detail: expect.stringMatching(/^this token or session asks too often/),
    })
    expect((await get('/api/problems', '198.51.100.0', 'token of other')).status).toBe(200)
  })

  test('from one network of IPv6 is one sender', async () => {
    let last = 1
    const hopping = () => get('/api/problems', `2001:db8:1:2::${last++}`)
    expect(await times(10, hopping)).toEqual([401])
    expect((await hopping()).status).toBe(429)
    expect((await get('/api/problems', '2001:db8:1:3::1')).status).toBe(401)
  })

  test('is refused by the door of Open311 in the words of its standard', async () => {
    const services = () => get('/open311/v2/services.json', '192.0.2.3')
    expect(await times(10, services)).toEqual([200])
    const refused = await services()
    expect(refused.status).toBe(429)
    expect(JSON.parse(refused.text)).toMatchObject([{ code: 429 }])
  })

  test('about health and metrics is answered all the same', async () => {
    expect(await times(15, () => get('/health/ready', '192.0.2.4'))).toEqual([200])
    expect(await times(25, () => get('/metrics', '192.0.2.4', 'token of scraper'))).toEqual([200])
  })

  test('comes through as many connections as the proxy likes', async () => {
    const many = Array.from({ length: 5 }, () => new RawConnection(api.port).send(ALIVE))
    for (const each of many) await expect.poll(() => each.received).toContain('200 OK')
  })
})

describe('whoever comes straight to us', () => {
  const taken: string[] = []
  const attachments = {
    async upload(_file: unknown, pieces: AsyncIterable<Uint8Array>) {
      for await (const piece of pieces) taken.push(Buffer.from(piece).toString())
      return await Promise.reject(new Rejected('invalid-input', 'it was read to its end'))
    },
  }
  let api: Listening
  beforeAll(async () => {
    const config = { requestTimeoutMs: 300, connectionsPerAddressMax: 3 }
    api = await listen(config, { attachments } as unknown as Partial<ApiOptions>)
  })
  afterAll(() => api.close())

  const post = (path: string, more: string): RawConnection =>
    new RawConnection(api.port).send(
      `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer token of one\r\n${more}`,
    )

  test('and is slow with the head of a request is cut off, and others are served', async () => {
    const slow = new RawConnection(api.port).send('GET /health/live HTTP/1.1\r\nhost: x\r\nx-a: ')
    expect((await ask(`${api.address}/health/live`)).status).toBe(200)
    await slow.closed
    expect(slow.received).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
  })

  /** A body that is read as a whole, and never comes to its end. */
  const slowBody = (): RawConnection =>
    post(
      '/api/v1/devices',
      'content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"id": "',
    )

  test('and is slow with the body of a request is cut off', async () => {
    const slow = slowBody()
    await slow.closed
    expect(slow.received).toBe('')
    expect(await refusals(api.metrics, 'slow-body')).toBeGreaterThan(0)
  })

  test('with a file goes on as long as something comes', async () => {
    const head = 'content-type: image/png\r\ncontent-length: 8\r\nconnection: close\r\n\r\none '
    const upload = post('/api/v1/attachments', head)
    await expect.poll(() => taken).toEqual(['one '])
    // Longer than any body may take that is no file.
    await slowBody().closed
    upload.send('two ')
    await upload.closed
    expect(upload.received).toContain('it was read to its end')
    expect(taken).toEqual(['one ', 'two '])
  })

  test('with a head that is too large is refused', async () => {
    const head = `GET / HTTP/1.1\r\nhost: x\r\nx-a: ${'x'.repeat(70_000)}\r\n\r\n`
    const large = new RawConnection(api.port).send(head)
    await large.closed
    expect(large.received).toMatch(/^HTTP\/1\.1 431 /)
  })

  test('over more connections than one address may open is turned away until one ends', async () => {
    const held = Array.from({ length: 3 }, () => new RawConnection(api.port).send(ALIVE))
    for (const each of held) await expect.poll(() => each.received).toContain('200 OK')
    await new RawConnection(api.port).closed
    expect(await refusals(api.metrics, 'too-many-of-address')).toBe(1)
    held[0]?.socket.destroy()
    await expect
      .poll(() => ask(`${api.address}/health/live`).then(({ status }) => status, String))
      .toBe(200)
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiOptions } from '#api/api-ports.ts'
import type { App } from '#api/app.ts'
import { buildApp } from '#api/create-api.ts'
import { LiveHub } from '#api/live/live-hub.ts'
import { bareOptions, TOKENS } from './listening-api.ts'

const open = (config: Partial<ApiOptions['config']>): Promise<App> => {
  const options = bareOptions(config)
  return buildApp(options, new LiveHub(options.metrics))
}

let app: App
beforeAll(async () => {
  app = await open({})
})
afterAll(() => app.close())

const get = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ url, headers: { authorization: `Bearer ${TOKENS.service}`, ...headers } })

describe('whatever is answered', () => {
  test.each([
    '/api/problems',
    '/api/problems/none',
    '/nowhere',
    '/health/live',
    '/api/docs',
    '/open311/v2/services.xml',
    '/open311/v2/nothing',
  ])('%s is read as what it says it is, and runs nothing from elsewhere', async (url) => {
    const { headers } = await get(url)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['x-frame-options']).toBe('SAMEORIGIN')
    expect(headers['referrer-policy']).toBe('same-origin')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("worker-src 'self' blob:")
    expect(policy).toContain("object-src 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*|upgrade-insecure-requests/)
    expect(headers['x-powered-by']).toBeUndefined()
    expect(headers['server']).toBeUndefined()
  })

  test('is kept by no cache, unless it says so itself', async () => {
    expect((await get('/api/problems')).headers['cache-control']).toBe('no-store')
    expect((await get('/api/problems/none')).headers['cache-control']).toBe('no-store')
  })

  test('asks browsers for https where it comes by https, and nowhere else', async () => {
    expect((await get('/health/live')).headers['strict-transport-security']).toBeUndefined()
    const behind = await open({ publicUrl: 'https://wanmi.example' })
    const { headers } = await behind.inject('/health/live')
    expect(headers['strict-transport-security']).toBe('max-age=15552000')
    await behind.close()
  })
})

test('no page of another origin may read an answer, or ask whether it may', async () => {
  const origin = { origin: 'https://evil.example' }
  const { headers } = await get('/api/problems', origin)
  expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([])
  const preflight = await app.inject({
    method: 'OPTIONS',
    url: '/api/v1/devices',
    headers: { ...origin, 'access-control-request-method': 'DELETE' },
  })
  expect(preflight.statusCode).toBe(401)
  expect(preflight.headers['access-control-allow-origin']).toBeUndefined()
})

test.each(['evil.example', 'evil.example:99999', '"><script>', "a'b", '\u00e9'])(
  'what a client calls us (%s) leads nobody astray',
  async (host) => {
    const redirect = await app.inject({
      url: '/api/docs/static/index.html',
      headers: { host, authorization: `Bearer ${TOKENS.service}` },
    })
    expect(redirect.headers.location ?? '/').toMatch(/^\//)
    const { body, statusCode } = await get('/open311/v2/discovery.xml', { host })
    expect(statusCode).toBeLessThan(500)
    expect(body).not.toContain('<script>')
  },
)

import { mkdir, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { originsOf } from '#api/console/map-origins.ts'
import { readConfig } from '#runtime/config.ts'
import { scratchFolder } from '#tests/support/scratch-folder.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

const config = readConfig({ MAP_TILE_URL: 'https://t{s}.maps.example/{z}/{x}/{y}.png' }).console
let folder: Awaited<ReturnType<typeof scratchFolder>>
let api: TestApi

beforeAll(async () => {
  folder = await scratchFolder()
  await mkdir(`${folder.path}/assets`)
  await writeFile(`${folder.path}/index.html`, '<!doctype html><title>Wanmi</title>')
  await writeFile(`${folder.path}/assets/page-1.js`, 'export {}')
  await writeFile(`${folder.path}/phone-worker.js`, 'self')
  const console = { config, timeZone: 'Asia/Shanghai', version: '1', folder: folder.path }
  api = await openTestApi({ console })
})
afterAll(async () => {
  await api.close()
  await folder[Symbol.asyncDispose]()
})

const get = (url: string, accept = 'text/html') =>
  api.app.inject({ method: 'GET', url, headers: { accept } })

test.each(['/', '/cases', '/cases/1?from=mail', '/sign-in'])(
  'a browser that asks for %s gets the page of the console, without being signed in',
  async (url) => {
    const { statusCode, headers, body } = await get(url)
    expect(statusCode).toBe(200)
    expect(body).toContain('<title>Wanmi</title>')
    expect(headers['cache-control']).toBe('no-cache')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain('https://*.maps.example')
  },
)

test.each(['/api/v1/nothing', '/health/nothing', '/open311/nothing', '/assets/nothing.js'])(
  'what is not at %s is no page',
  async (url) => {
    const { statusCode, headers } = await get(url)
    expect(statusCode).toBeGreaterThanOrEqual(400)
    expect(headers['content-type']).toContain('application/problem+json')
  },
)

test('a program that asks for a page is told that there is none', async () => {
  const { statusCode } = await get('/cases', 'application/json')
  expect(statusCode).toBe(401)
})

test('what pages are made of is kept for good', async () => {
  const { statusCode, headers } = await get('/assets/page-1.js', '*/*')
  expect(statusCode).toBe(200)
  expect(headers['cache-control']).toContain('immutable')
})

test('what opens pages without a network is looked at each time, and may load from here alone', async () => {
  const { statusCode, headers } = await get('/phone-worker.js', '*/*')
  expect(statusCode).toBe(200)
  expect(headers['content-type']).toContain('javascript')
  expect(headers['cache-control']).toBe('no-cache')
  expect(headers['content-security-policy']).toContain("default-src 'self'")
})

test('what the console has to know is told to anybody', async () => {
  const { statusCode, body } = await get('/api/v1/console', 'application/json')
  expect(statusCode).toBe(200)
  expect(JSON.parse(body)).toMatchObject({ timeZone: 'Asia/Shanghai', map: { system: 'wgs84' } })
})

test('a base map is named by its host and nothing else', () => {
  const addresses = ['https://a.example/style.json?key=1', 'http://10.0.0.5:8080/{z}/{x}/{y}', null]
  expect(originsOf(addresses)).toEqual(['https://a.example', 'http://10.0.0.5:8080'])
})

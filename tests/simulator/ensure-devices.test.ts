import { describe, expect, test } from 'vitest'
import { minutes } from '#model/time.ts'
import { ensureDevices } from '#simulator/registry/ensure-devices.ts'
import { type FakeRequest, FakeService } from './fake-service.ts'

const wanted = (count: number) => ({
  kind: 'pipe-gauge',
  devices: Array.from({ length: count }, (_, n) => ({ id: `g-${n}`, interval: minutes(n + 1) })),
  secretOf: (_id: string): string | undefined => undefined,
  rotate: false,
})

/** A registry that holds some devices, lists them two a page, and takes files. */
function registry(known: readonly { id: string; kind: string }[]) {
  return FakeService.open(({ method, path, body }: FakeRequest) => {
    if (path.endsWith('/secret'))
      return { body: { id: 'x', secret: `turned ${path.split('/')[4]}` } }
    if (method === 'GET') {
      const from = Number(new URL(path, 'http://x').searchParams.get('after') ?? 0)
      const next = from + 2 < known.length ? `${from + 2}` : null
      return { body: { items: known.slice(from, from + 2), next } }
    }
    const ids = body
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((row) => row.split(',')[0] ?? '')
    const told = body.includes('mine') ? [] : ids.map((id) => ({ id, secret: `made for ${id}` }))
    return { body: { committed: true, accepted: 1, rejected: 0, rows: [], secrets: told } }
  })
}

describe('the devices of a recording', () => {
  test('that are many are registered in one go, each with its usual interval', async () => {
    await using service = await registry([])
    const ensured = await ensureDevices({ url: service.url, token: 't' }, wanted(6))
    expect(ensured.devices[5]).toEqual({ id: 'g-5', secret: 'made for g-5' })
    expect(ensured.changed).toHaveLength(6)
    const [list, file] = service.requests
    expect(list?.path).toBe('/api/v1/devices?limit=1000')
    expect(file).toMatchObject({ path: '/api/v1/imports/devices', contentType: 'text/csv' })
    expect(file?.body.split('\n').slice(0, 3)).toEqual([
      'id,kind,reportingInterval_s,secret',
      'g-0,pipe-gauge,60,',
      'g-1,pipe-gauge,120,',
    ])
    expect(service.requests).toHaveLength(2)
  })

  test('that are there already keep what they are, whatever page they are on', async () => {
    const known = ['a', 'b', 'g-1', 'c', 'g-4'].map((id) => ({ id, kind: 'pipe-gauge' }))
    await using service = await registry(known)
    const all = { ...wanted(6), secretOf: () => 'mine' }
    const ensured = await ensureDevices({ url: service.url, token: 't' }, all)
    expect(ensured.devices.map(({ secret }) => secret)).toEqual(Array(6).fill('mine'))
    expect(ensured.changed).toEqual(['g-0', 'g-2', 'g-3', 'g-5'])
    const file = service.requests.at(-1)?.body.trimEnd().split('\n') ?? []
    expect(file).toHaveLength(5)
  })

  test('get other secrets only when that is said', async () => {
    const known = ['g-1', 'g-4'].map((id) => ({ id, kind: 'pipe-gauge' }))
    await using service = await registry(known)
    const address = { url: service.url, token: 't' }
    await expect(ensureDevices(address, wanted(6))).rejects.toThrow(
      /^2 devices are registered already, such as g-1: give their secret with --secret or --secrets, or/,
    )
    expect(service.requests.every(({ method }) => method === 'GET')).toBe(true)
    const { devices } = await ensureDevices(address, { ...wanted(6), rotate: true })
    expect(devices.map(({ secret }) => secret)).toEqual([
      'made for g-0',
      'turned g-1',
      'made for g-2',
      'made for g-3',
      'turned g-4',
      'made for g-5',
    ])
  })

  test('are not taken for another kind', async () => {
    await using service = await registry([{ id: 'g-3', kind: 'bin-sensor' }])
    await expect(
      ensureDevices({ url: service.url, token: 't' }, { ...wanted(6), rotate: true }),
    ).rejects.toThrow('g-3 is registered as a bin-sensor, not as a pipe-gauge')
    expect(service.requests).toHaveLength(1)
  })
})

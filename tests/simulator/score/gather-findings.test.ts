import { afterEach, describe, expect, test } from 'vitest'
import { gatherFindings, measuredTimes } from '#simulator/score/gather-findings.ts'
import { type FakeAnswer, FakeService } from '#tests/simulator/fake-service.ts'
import { at, COVER, incident, openCase, run, so, told } from './trial.ts'

const OTHER = 'sim-c-cover-000002'
const FOREIGN = 'sim-d-cover-000001'

let service: FakeService | undefined
afterEach(() => service?.[Symbol.asyncDispose]())

const entry = (id: string, deviceId: string, code: string) => ({
  id,
  deviceId,
  receivedAt: at(5),
  reasons: [{ code }],
})

const pages: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  '/api/v1/episodes': [[told(1, 2), told(3, 4, { deviceId: FOREIGN })], [told(5, 6)]],
  '/api/v1/cases': [[openCase('a'), { ...openCase('b'), deviceId: FOREIGN }], [openCase('c')], []],
  '/api/v1/quarantine': [
    [entry('q-1', COVER, 'time-too-old'), entry('q-2', COVER, 'not-json')],
    [entry('q-3', OTHER, 'time-too-old'), entry('q-4', FOREIGN, 'time-too-old')],
  ],
  '/api/v1/devices': [
    [
      { id: COVER, reportingInterval_s: 90 },
      { id: FOREIGN, reportingInterval_s: 5 },
    ],
  ],
}

function answer({ path }: { readonly path: string }): FakeAnswer {
  const { pathname, searchParams } = new URL(path, 'http://service')
  if (pathname === '/api/v1/quarantine/q-1') return { body: { payload_text: '{"measuredAt":7}' } }
  const parts = pages[pathname]
  if (!parts) return { status: 404, body: { detail: 'no such thing' } }
  const page = Number(searchParams.get('after') ?? 0)
  return { body: { items: parts[page], next: page + 1 < parts.length ? `${page + 1}` : null } }
}

describe('what a service found', () => {
  test('is asked for page by page, and only of the devices of the run', async () => {
    service = await FakeService.open(answer)
    const address = { url: service.url, token: 'secret' }
    const found = await gatherFindings(address, [run(), incident([so(10, 20)])])
    expect(found.episodes.map(({ deviceId }) => deviceId)).toEqual([COVER, COVER])
    expect(found.cases.map(({ id }) => id)).toEqual(['a', 'c'])
    // Of devices at which nothing was, nobody asks what they had to say.
    expect(found.quarantine).toEqual([
      { deviceId: COVER, receivedAt: at(5), measuredAt_ms: [7] },
      { deviceId: COVER, receivedAt: at(5), measuredAt_ms: [] },
    ])
    expect([...found.intervals_ms]).toEqual([[COVER, 90_000]])
    const paths = service.requests.map(({ path }) => path)
    expect(paths[0]).toMatch(
      /^\/api\/v1\/episodes\?from=2026-06-09T12.*&to=2026-06-11T18.*limit=1000$/,
    )
    expect(paths.filter((path) => path.startsWith('/api/v1/quarantine/'))).toEqual([
      '/api/v1/quarantine/q-1',
    ])
    expect(service.requests.every(({ token }) => token === 'secret')).toBe(true)
  })

  test('is not known where the service refuses', async () => {
    service = await FakeService.open(() => ({ status: 403, body: { detail: 'not you' } }))
    const address = { url: service.url, token: 'secret' }
    await expect(gatherFindings(address, [run()])).rejects.toThrow(/not you/)
  })
})

test.each<[string, readonly number[]]>([
  ['{"measuredAt": 1000, "level_mm": 3}', [1_000]],
  ['{"measuredAt": "1970-01-01T08:00:01+08:00"}', [1_000]],
  ['[{"measuredAt": 1}, {"measuredAt": "noon"}, 7, null, {"measuredAt": 2}]', [1, 2]],
  ['{"measuredAt": true}', []],
  ['{"level_mm": 3}', []],
  ['{"measuredAt": 10', []],
  ['', []],
])('the payload %s was measured at %j', (payload, times) => {
  expect(measuredTimes(payload)).toEqual(times)
})

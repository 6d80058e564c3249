import { afterAll, beforeAll, expect, test } from 'vitest'
import { epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { change, commit, episode, NOON, proposal, rejection, uuid } from '#tests/store/fixtures.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi({
    // Ingest takes every second message now.
    replay: async (envelope) => {
      api.replayed.push(envelope)
      if (api.replayed.length % 2 === 0) return
      await api.registry.pool.query('update quarantine set resolved_at = now() where id = $1', [
        envelope.replayOf,
      ])
    },
  })
  await api.registry.devices.create({ id: 'cover-1', kind: 'manhole-cover' })
  const database = { connection: api.registry.pool.options, timescale: false }
  const options = { ...CASE_RULES, timeoutMs: 30_000 }
  const committer = await openCommitter(database, options, silentLogger)
  await committer.commit(
    commit(committer.lastNumber + 1, {
      episodes: [
        change(episode(1), proposal()),
        change(
          episode(2, { clearedAt: epochMs(NOON + 1), startedAt: epochMs(NOON + 2) }),
          proposal(),
        ),
        change(episode(3, { severity: 'notice', deviceId: 'other' })),
      ],
      rejections: [
        rejection({ payload: new TextEncoder().encode('{"level_mm": "井"}') }),
        rejection({ reasons: [{ code: 'time-future', field: 'measuredAt' }], deviceId: 'other' }),
        ...Array.from({ length: 6 }, (_, index) =>
          rejection({ receivedAt: epochMs(NOON + index) }),
        ),
      ],
    }),
  )
  await committer.close()
})
afterAll(() => api.close())

test('a case is shown with its episodes and the readings that are its evidence', async () => {
  const list = await api.call('GET', '/api/v1/cases?state=reported')
  expect(list.body.items).toHaveLength(1)
  const [found] = list.body.items
  expect(found).toMatchObject({
    place: { lon_deg: 111.006, lat_deg: 35.022 },
    limit: { amount: 2, unit: 'continuous-hour' },
    deadlineAt: '2026-11-23T05:00:00.000Z',
  })
  for (const name of [found.id, found.number]) {
    const { body } = await api.call('GET', `/api/v1/cases/${name}`)
    expect(body.episodes.map(({ id }: { id: string }) => id)).toEqual([uuid(1), uuid(2)])
    expect(body.episodes[0].evidence).toEqual([
      {
        measuredAt: '2026-11-23T04:00:00.000Z',
        seq: 3,
        values: { tilt_deg: 20.125, lid_open: true },
      },
    ])
  }
  expect((await api.call('GET', `/api/v1/cases/${uuid(99)}`)).status).toBe(404)
  expect((await api.call('GET', '/api/v1/cases/12')).status).toBe(400)
})

test('episodes and cases are narrowed by what is asked for', async () => {
  const count = async (query: string): Promise<number> =>
    (await api.call('GET', `/api/v1/${query}`)).body.items.length
  expect(await count('episodes')).toBe(3)
  expect(await count('episodes?state=open')).toBe(2)
  expect(await count('episodes?severity=notice&deviceId=other')).toBe(1)
  expect(await count('episodes?from=2026-11-23T04:00:00.001Z')).toBe(1)
  expect(await count('cases?to=2026-11-23T04:00:00Z')).toBe(0)
  expect(await count('cases?partId=1408020101000001&area=140802')).toBe(1)
  expect((await api.call('GET', '/api/v1/cases?state=lost')).status).toBe(400)
})

test('a refused message is shown with its bytes, and as text where it is text', async () => {
  const { body } = await api.call('GET', '/api/v1/quarantine?deviceId=cover-1&reason=not-json')
  const shown = await Promise.all(
    body.items.map(({ id }: { id: string }) => api.call('GET', `/api/v1/quarantine/${id}`)),
  )
  const texts = shown.map((answer) => answer.body.payload_text)
  expect(texts).toContain('{"level_mm": "井"}')
  const binary = shown.find((answer) => answer.body.payload_text === null)
  expect(binary?.body).toMatchObject({ payload_base64: 'AAH//g==', payload_bytes: 4, attempts: 1 })
})

test('a message is run again as it came, once', async () => {
  const { body } = await api.call('GET', '/api/v1/quarantine?deviceId=other')
  const [{ id }] = body.items
  const first = await api.call('POST', `/api/v1/quarantine/${id}/replay`)
  expect(first.body.resolvedAt).not.toBeNull()
  expect(api.replayed.at(-1)).toEqual({
    deviceId: 'other',
    topic: 'wanmi/v1/cover-1/telemetry',
    payload: Buffer.from([0, 1, 0xff, 0xfe]),
    qos: 1,
    receivedAt: NOON,
    replayOf: id,
  })
  const runs = api.replayed.length
  expect((await api.call('POST', `/api/v1/quarantine/${id}/replay`)).body).toEqual(first.body)
  expect(api.replayed).toHaveLength(runs)
  expect((await api.call('POST', `/api/v1/quarantine/${uuid(99)}/replay`)).status).toBe(404)
})

test('waiting messages are run again part by part, the oldest first, each once', async () => {
  const runs = api.replayed.length
  let [after, resolved, rounds]: [string | undefined, number, number] = [undefined, 0, 0]
  do {
    const body = { reason: 'not-json', limit: 3, ...(after === undefined ? {} : { after }) }
    const report = await api.call('POST', '/api/v1/quarantine/replay', body)
    expect(report.body.replayed).toBe(report.body.resolved + report.body.refused)
    resolved += report.body.resolved
    after = report.body.next ?? undefined
    rounds += 1
  } while (after !== undefined)
  const again = api.replayed.slice(runs)
  expect(rounds).toBe(3)
  expect(new Set(again.map(({ replayOf }) => replayOf)).size).toBe(7)
  const times = again.map(({ receivedAt }) => receivedAt)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  const left = await api.call('GET', '/api/v1/quarantine')
  expect(left.body.items).toHaveLength(7 - resolved)
})

test('a command is queued, told to the broker and shown', async () => {
  const queued = await api.call('POST', '/api/v1/devices/cover-1/commands', {
    name: 'set-interval',
    args: { interval_s: 60 },
    expiresIn_s: 3_600,
  })
  expect(queued).toMatchObject({ status: 202, body: { state: 'queued', args: { interval_s: 60 } } })
  expect(api.delivered).toEqual(['cover-1'])
  const { headers, body } = queued
  expect((await api.call('GET', String(headers.location))).body).toEqual(body)
  const list = await api.call('GET', '/api/v1/devices/cover-1/commands?state=queued')
  expect(list.body.items).toEqual([body])
  const lasts = Date.parse(body.expiresAt) - Date.parse(body.createdAt)
  expect(lasts).toBe(3_600_000)
})

test.each([
  ['cover-9', { name: 'reboot' }, 404],
  ['cover-1', { name: 're boot' }, 400],
  ['cover-1', { name: 'reboot', expiresIn_s: 0 }, 400],
  ['cover-1', { name: 'reboot', args: [] }, 400],
  ['cover-1', { name: 'reboot', args: { text: 'a\0b' } }, 400],
  ['cover-1', {}, 400],
])('a command to %s of %j is refused', async (id, body, status) => {
  expect((await api.call('POST', `/api/v1/devices/${id}/commands`, body)).status).toBe(status)
})

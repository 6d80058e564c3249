import { afterAll, beforeAll, expect, test } from 'vitest'
import { quarantineCommand } from '#cli/quarantine.ts'
import { epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { openTestApi, type TestApi, TOKEN } from '#tests/api/api-fixture.ts'
import { commit, NOON, rejection, uuid } from '#tests/store/fixtures.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { runInProcess } from './run-in-process.ts'

let api: TestApi
let address: string
beforeAll(async () => {
  api = await openTestApi({
    // Ingest takes the messages of one device now, and still refuses the others.
    replay: async ({ deviceId, replayOf }) => {
      if (deviceId !== 'mended') return
      await api.registry.pool.query('update quarantine set resolved_at = now() where id = $1', [
        replayOf,
      ])
    },
  })
  address = await api.app.listen({ host: '127.0.0.1', port: 0 })
  const database = { connection: api.registry.pool.options, timescale: false }
  const options = { ...CASE_RULES, timeoutMs: 30_000 }
  const committer = await openCommitter(database, options, silentLogger)
  const message = (index: number, deviceId: string) =>
    rejection({
      deviceId,
      receivedAt: epochMs(NOON + index),
      payload: new TextEncoder().encode(`{"level_mm": "\u001b[31m${index}"}`),
      reasons: [{ code: 'channel-type', field: 'level_mm', detail: 'found a text' }],
    })
  await committer.commit(
    commit(committer.lastNumber + 1, {
      rejections: [
        ...Array.from({ length: 5 }, (_, index) => message(index, 'mended')),
        ...Array.from({ length: 3 }, (_, index) => message(10 + index, 'broken')),
        rejection({ deviceId: 'binary', receivedAt: epochMs(NOON - 1) }),
      ],
    }),
  )
  await committer.close()
})
afterAll(() => api.close())

const run = (name: string, ...argv: string[]) =>
  runInProcess(quarantineCommand(), [name, ...argv, '--api', address, '--token', TOKEN])

const idsOf = async (...argv: string[]): Promise<string[]> =>
  (await run('list', ...argv)).out.split('\n').flatMap((line) => {
    const id = line.split('  ', 1)[0] ?? ''
    return id.length === 36 ? [id] : []
  })

test('refused messages are listed, the newest first, one per line', async () => {
  const { out } = await run('list')
  const lines = out.trimEnd().split('\n')
  expect(lines).toHaveLength(9)
  expect(lines[0]).toMatch(
    /^[\w-]{36} {2}2026-11-23T04:00:00\.012Z {2}broken {2}23 B {2}channel-type\(level_mm\)$/,
  )
  expect(await idsOf('--device', 'broken')).toHaveLength(3)
  expect(await idsOf('--reason', 'not-json')).toHaveLength(1)
  const some = await run('list', '--limit', '4')
  expect(some.out).toContain('There are more than 4: give --limit.')
  const json = (await run('list', '--json', '--limit', '2')).out.trimEnd().split('\n')
  expect(json.map((line) => (JSON.parse(line) as { deviceId: string }).deviceId)).toEqual([
    'broken',
    'broken',
  ])
})

test('a message is shown with its reasons, and cannot take the terminal over', async () => {
  const [id = ''] = await idsOf('--device', 'mended')
  const { out } = await run('show', id)
  expect(out).toContain('reason    channel-type  level_mm  found a text\n')
  expect(out).toContain('{"level_mm": "\\u001b[31m4"}\n')
  expect(out).not.toContain('\u001b')
  const [binary = ''] = await idsOf('--device', 'binary')
  expect((await run('show', binary)).out).toContain('not text, as base64\nAAH//g==\n')
  const gone = await run('show', uuid(77))
  expect(gone).toMatchObject({ exitCode: 1, err: expect.stringContaining('no entry') })
})

test('messages are run again by id, by device and all together', async () => {
  const [first = ''] = await idsOf('--device', 'mended')
  const [other = ''] = await idsOf('--device', 'broken')
  const some = await run('replay', first, other)
  expect(some.out).toBe(
    `${first}  passed\n${other}  refused again: channel-type  level_mm  found a text\n`,
  )
  expect(some.exitCode).toBe(1)

  const device = await run('replay', '--device', 'mended')
  expect(device.out).toBe('4 messages run again: 4 passed, 0 refused again.\n')
  expect(device.exitCode).toBe(0)

  const all = await run('replay', '--all')
  expect(all.out).toBe('4 messages run again: 0 passed, 4 refused again.\n')
  expect(all.exitCode).toBe(1)
  expect(await idsOf('--state', 'resolved')).toHaveLength(5)
})

test('nothing is run again unless it is said what', async () => {
  const { err, exitCode } = await run('replay')
  expect(err).toBe('say which: ids, or --reason, --device or --all\n')
  expect(exitCode).toBe(1)
})

import { expect, test } from 'vitest'
import { Rejected } from '#model/error.ts'
import { CommitterHarness } from './committer-harness.ts'
import { commit, device, NOON, reading, rejection, uuid } from './fixtures.ts'

const cover = device('cover-1')
const store = new CommitterHarness()

test('a value the database cannot hold is refused, nothing is written, and work goes on', async () => {
  const good = reading(cover, NOON, { tilt_deg: 1 })
  const number = store.next
  for (const bad of [
    reading(cover, NOON + 1, {}, { extra: { text: 'a\0b' } }),
    reading(cover, NOON + 1, { vibration_count: 2 ** 31 }),
    reading(cover, NOON + 1, { vibration_count: 0.5 }),
  ]) {
    const refused = store.committer.commit(commit(number, { readings: [good, bad] }))
    await expect(refused).rejects.toBeInstanceOf(Rejected)
    await expect(refused).rejects.toMatchObject({ code: 'database-refused' })
  }
  expect(await store.count('reading_manhole_cover')).toBe(0)
  expect((await store.committer.commit(commit(number, { readings: [good] }))).stored).toBe(1)
})

test('rejections go to the quarantine with their exact bytes and all reasons', async () => {
  const given = [
    rejection({ reasons: [{ code: 'channel-range', field: 'tilt_deg' }, { code: 'time-future' }] }),
    rejection({ item: 17, payload: new Uint8Array(70_000).fill(7), topic: 'a\0b\ud800' }),
    rejection({ reasons: [], payload: new Uint8Array(0) }),
  ]
  const readings = [reading(cover, NOON, {})]
  const outcome = await store.committer.commit(commit(store.next, { readings, rejections: given }))
  expect(outcome.stored).toBe(1)
  const rows = await store.query('SELECT * FROM quarantine ORDER BY id')
  expect(rows).toMatchObject([
    {
      device_id: 'cover-1',
      topic: 'wanmi/v1/cover-1/telemetry',
      payload: Buffer.of(0, 1, 0xff, 0xfe),
      item: null,
      received_at: NOON,
      reasons: given[0]?.reasons,
      reason_codes: ['channel-range', 'time-future'],
      attempts: 1,
      resolved_at: null,
    },
    { item: 17, payload: Buffer.alloc(70_000, 7), topic: 'a\ufffdb\ufffd' },
    { reasons: [], reason_codes: [], payload: Buffer.alloc(0) },
  ])
})

test('entries that are run again are settled, or keep their newest reasons', async () => {
  await store.committer.commit(commit(store.next, { rejections: [rejection(), rejection()] }))
  const entries = await store.query<{ id: string }>('SELECT id FROM quarantine ORDER BY id')
  const [settled, failing] = entries.map(({ id }) => id) as [string, string]
  await store.committer.commit(
    commit(store.next, {
      resolved: [settled],
      rejections: [
        rejection({ replayOf: failing, item: 0, reasons: [{ code: 'time-too-old' }] }),
        rejection({ replayOf: failing, item: 1, reasons: [{ code: 'channel-type' }] }),
      ],
    }),
  )
  const rows = await store.query('SELECT * FROM quarantine ORDER BY id')
  expect(rows).toMatchObject([
    { id: settled, attempts: 2, resolved_at: NOON },
    { id: failing, attempts: 2, resolved_at: null, reason_codes: ['time-too-old', 'channel-type'] },
  ])
})

test('quarantine entries of unknown form are refused by name', async () => {
  const refused = store.committer.commit(commit(store.next, { resolved: ['no-uuid'] }))
  await expect(refused).rejects.toMatchObject({ code: 'database-refused' })
  await store.committer.commit(commit(store.next, { resolved: [uuid(1)] }))
})

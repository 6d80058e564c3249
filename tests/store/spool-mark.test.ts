import { expect, test } from 'vitest'
import { epochMs } from '#model/time.ts'
import { readSpoolMarks } from '#store/queries/spool-marks.ts'
import { CommitterHarness } from './committer-harness.ts'
import { commit, device, NOON, reading, rejection, uuid } from './fixtures.ts'

const cover = device('cover-1')
const store = new CommitterHarness()

const fromSpool = (record: number) => ({
  generation: uuid(7),
  record,
  takenAt: [NOON],
})

test('how far a spool is drained is written with what came out of it, or not at all', async () => {
  const { pool } = store.fresh.database
  const good = reading(cover, NOON, { tilt_deg: 1 })
  const bad = reading(cover, NOON + 1, {}, { extra: { text: 'a\0b' } })
  await store.committer.commit(commit(store.next, { readings: [good], fromSpool: fromSpool(3) }))
  expect((await readSpoolMarks(pool)).drained.get(uuid(7))).toBe(3)
  const refused = commit(store.next, { readings: [bad], fromSpool: fromSpool(9) })
  await expect(store.committer.commit(refused)).rejects.toMatchObject({ code: 'database-refused' })
  expect((await readSpoolMarks(pool)).drained.get(uuid(7))).toBe(3)
})

test('what comes out of a spool twice is stored once, rejections too', async () => {
  const readings = [reading(cover, NOON, {}), reading(cover, NOON + 1, {})]
  const rejections = [rejection(), rejection({ item: 2 })]
  const first = commit(store.next, { readings, rejections, fromSpool: fromSpool(11) })
  expect(await store.committer.commit(first)).toMatchObject({ stored: 2, duplicates: 0 })
  const third = reading(cover, epochMs(NOON + 2), {})
  const more = { readings: [...readings, third], rejections: [...rejections, rejection()] }
  const again = commit(store.next, { ...more, fromSpool: fromSpool(11) })
  expect(await store.committer.commit(again)).toMatchObject({ stored: 1, duplicates: 2 })
  expect(await store.count('reading_manhole_cover')).toBe(3)
  expect(await store.count('quarantine')).toBe(3)
})

test('rejections alone that are there already are no obstacle', async () => {
  const rejections = [rejection()]
  await store.committer.commit(commit(store.next, { rejections }))
  await store.committer.commit(commit(store.next, { rejections }))
  expect(await store.count('quarantine')).toBe(1)
})

test('a database keeps its identity', async () => {
  const { pool } = store.fresh.database
  const { databaseId } = await readSpoolMarks(pool)
  expect(databaseId).toMatch(/^[0-9a-f-]{36}$/)
  await store.reopen()
  expect((await readSpoolMarks(pool)).databaseId).toBe(databaseId)
})

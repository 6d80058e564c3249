import { expect, test } from 'vitest'
import { Broken, Unavailable } from '#model/error.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { connect } from '#store/database.ts'
import { FaultProxy } from '#tests/support/fault-proxy.ts'
import { COMMITTER_OPTIONS, CommitterHarness } from './committer-harness.ts'
import { change, commit, device, episode, NOON, proposal, reading, rejection } from './fixtures.ts'

const cover = device('cover-1')
const store = new CommitterHarness()

test('a commit given twice under one number is done once', async () => {
  const number = store.next
  const given = commit(number, {
    readings: [reading(cover, NOON, { tilt_deg: 20 })],
    episodes: [change(episode(1), proposal())],
  })
  const first = await store.committer.commit(given)
  expect(first.cases).toHaveLength(1)
  expect(await store.committer.commit(given)).toEqual(first)
  await store.reopen()
  expect(store.committer.lastNumber).toBe(number)
  expect(await store.committer.commit(given)).toEqual(first)
  expect(await store.count('case_record')).toBe(1)
})

test('a number that leaves a gap, or lies in the past, is a defect', async () => {
  const gap = commit(store.next + 1, {})
  await expect(store.committer.commit(gap)).rejects.toBeInstanceOf(Broken)
  await store.committer.commit(commit(store.next))
  await store.committer.commit(commit(store.next))
  await expect(store.committer.commit(commit(store.next - 2))).rejects.toBeInstanceOf(Broken)
})

test('a second writer shuts the first one out for good', async () => {
  const second = await openCommitter(store.fresh.database, COMMITTER_OPTIONS, silentLogger)
  const readings = [reading(cover, NOON, {})]
  const fenced = store.committer.commit(commit(store.next, { readings }))
  await expect(fenced).rejects.toMatchObject({ name: 'Broken', code: 'database-fenced' })
  await expect(store.committer.commit(commit(store.next))).rejects.toMatchObject({
    code: 'database-fenced',
  })
  const outcome = await second.commit(commit(second.lastNumber + 1, { readings }))
  expect(outcome.stored).toBe(1)
  await second.close()
})

test('a commit whose answer was lost is not done again', async () => {
  const proxy = await FaultProxy.open(new URL(store.fresh.url))
  const connection = {
    ...store.fresh.database.connection,
    connectionString: proxy.url(store.fresh.url),
  }
  const through = await openCommitter(
    { ...store.fresh.database, connection },
    COMMITTER_OPTIONS,
    silentLogger,
  )
  await through.commit(commit(store.next, { readings: [reading(cover, NOON, {})] }))
  const given = commit(through.lastNumber + 1, {
    readings: [reading(cover, NOON + 1, { tilt_deg: 20 })],
    rejections: [rejection()],
  })
  proxy.swallowAnswers()
  const lost = through.commit(given)
  await proxy.swallowedCommit()
  proxy.cut()
  await expect(lost).rejects.toBeInstanceOf(Unavailable)
  expect(await through.commit(given)).toEqual({ stored: 1, duplicates: 0, cases: [] })
  expect(await store.count('reading_manhole_cover')).toBe(2)
  expect(await store.count('quarantine')).toBe(1)
  await through.close()
  proxy.close()
})

test('connections ended at random moments lose nothing and do nothing twice', async () => {
  const killer = await connect(store.fresh.database.connection)
  const endWriters = async (): Promise<void> => {
    // Between nothing and about twice the time a commit takes.
    await killer.query('SELECT pg_sleep($1)', [Math.random() * 0.012])
    await killer.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name LIKE 'wanmi writer %' AND datname = current_database()`,
    )
  }
  let failures = 0
  for (let commits = 0; commits < 60; commits++) {
    const given = commit(store.next, {
      readings: [0, 1, 2].map((at) => reading(cover, NOON + commits * 10 + at, { tilt_deg: at })),
      episodes: [
        change(
          episode(commits + 1, { deviceId: `d-${commits}` }),
          proposal({ objectId: `object-${commits}` }),
        ),
      ],
    })
    for (let attempt = 1, done = false; !done; attempt++) {
      const ending = attempt < 4 ? endWriters() : undefined
      try {
        expect(await store.committer.commit(given)).toMatchObject({ stored: 3, duplicates: 0 })
        done = true
      } catch (error) {
        expect(error).toBeInstanceOf(Unavailable)
        failures += 1
      }
      await ending
    }
  }
  await killer.end()
  expect(failures).toBeGreaterThan(0)
  expect(await store.count('reading_manhole_cover')).toBe(180)
  expect(await store.count('case_record')).toBe(60)
  expect(await store.count('episode')).toBe(60)
  // It makes 240 connections.
}, 120_000)

/** On a busy machine the first statement over a connection to TimescaleDB takes a third of a second. */
const hasty_ms = (): number => (store.fresh.database.timescale ? 2_000 : 200)

test('a commit that hangs is given up in time and done when the way is free', async () => {
  const hasty = await openCommitter(
    store.fresh.database,
    { ...COMMITTER_OPTIONS, timeoutMs: hasty_ms() },
    silentLogger,
  )
  const given = commit(hasty.lastNumber + 1, { readings: [reading(cover, NOON, {})] })
  const blocker = await connect(store.fresh.database.connection)
  await blocker.query('BEGIN; LOCK TABLE reading_manhole_cover')
  await expect(hasty.commit(given)).rejects.toBeInstanceOf(Unavailable)
  await blocker.query('ROLLBACK')
  expect((await hasty.commit(given)).stored).toBe(1)
  await blocker.end()
  await hasty.close()
})

test('a database that falls silent is given up in time', async () => {
  const proxy = await FaultProxy.open(new URL(store.fresh.url))
  const connection = {
    ...store.fresh.database.connection,
    connectionString: proxy.url(store.fresh.url),
  }
  const hasty = await openCommitter(
    { ...store.fresh.database, connection },
    { ...COMMITTER_OPTIONS, timeoutMs: hasty_ms() },
    silentLogger,
  )
  const given = commit(hasty.lastNumber + 1, { readings: [reading(cover, NOON, {})] })
  proxy.swallowAnswers()
  await expect(hasty.commit(given)).rejects.toMatchObject({ code: 'database-unavailable' })
  proxy.cut()
  expect((await hasty.commit(given)).stored).toBe(1)
  await hasty.close()
  proxy.close()
})

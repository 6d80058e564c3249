import { once } from 'node:events'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Unavailable } from '#model/error.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { connect, openDatabase } from '#store/database.ts'
import { isRunning } from '#store/embedded/process.ts'
import { migrate } from '#store/migrate.ts'
import { CASE_RULES } from '#tests/support/case-rules.ts'
import { EmbeddedHarness, query, until } from './embedded-harness.ts'
import { commit, device, NOON, reading } from './fixtures.ts'

const home = new EmbeddedHarness()

test('listens on this machine alone, without a socket file, and writes durably', async () => {
  const server = await home.open()
  const names = ['listen_addresses', 'unix_socket_directories', 'fsync', 'synchronous_commit']
  const [settings] = await query(
    server,
    `SELECT ${names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')}`,
  )
  expect(settings).toEqual({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'on',
    synchronous_commit: 'on',
  })
})

test('keeps its password where only its user can read it', async () => {
  const server = await home.open()
  const file = path.join(server.location.home, 'password')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(server.url('x')).toContain(await readFile(file, 'utf8'))
})

test('the second start finds the data of the first', async () => {
  const first = await home.open()
  await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer')
  await first.stop()
  const second = await home.open()
  expect(await query(second, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
})

test('stopping leaves no process behind', async () => {
  const server = await home.open()
  const { pid } = server
  const client = await connect({ connectionString: server.url('postgres') })
  await server.stop()
  expect(await isRunning(pid)).toBe(false)
  expect(await readdir(server.location.cluster)).not.toContain('postmaster.pid')
  await client.end()
})

test('a server that is killed is started again, on the same port', async () => {
  const server = await home.open()
  const url = server.url('postgres')
  const { pid } = server
  process.kill(pid, 'SIGKILL')
  await until(async () => server.pid !== pid && (await isRunning(server.pid)))
  expect(server.url('postgres')).toBe(url)
  expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('a writer rides out that the server is killed, and no commit is lost or done twice', async () => {
  const config = { ...readConfig({}).store, dataDir: home.dataDir, minFreeMb: 0 }
  const database = await openDatabase(config, silentLogger)
  onTestFinished(() => database.close())
  await migrate(database, silentLogger)
  const options = { ...CASE_RULES, timeoutMs: 10_000 }
  const committer = await openCommitter(database, options, silentLogger)
  const cover = device('cover-1')
  const first = committer.lastNumber + 1
  for (let number = first; number < first + 60; number++) {
    if (number === first + 20) process.kill(database.embedded?.pid ?? 0, 'SIGKILL')
    const readings = [reading(cover, NOON + number, { tilt_deg: 1 })]
    await until(async () => {
      try {
        const outcome = await committer.commit(commit(number, { readings }))
        expect(outcome).toMatchObject({ stored: 1, duplicates: 0 })
        return true
      } catch (error) {
        expect(error).toBeInstanceOf(Unavailable)
        return false
      }
    })
  }
  await committer.close()
  // What served the writer may outlive the server that was killed: the next one is waited for.
  await expect
    .poll(() => database.pool.query('SELECT count(*) AS n FROM reading_manhole_cover'), {
      timeout: 20_000,
    })
    .toMatchObject({ rows: [{ n: 60 }] })
})

test('a server whose Wanmi was killed is taken over, watched, and stopped at the end', async () => {
  const child = await home.openInChild()
  child.process.kill('SIGKILL')
  await once(child.process, 'exit')
  expect(await isRunning(child.pid)).toBe(true)
  const server = await home.open()
  expect(server.pid).toBe(child.pid)
  process.kill(child.pid, 'SIGKILL')
  await until(async () => server.pid !== child.pid && (await isRunning(server.pid)))
  const { pid } = server
  await server.stop()
  expect(await isRunning(pid)).toBe(false)
})

test('a second Wanmi is a guest: it does not stop the server of the first', async () => {
  const child = await home.openInChild()
  const guest = await home.open()
  expect(guest.pid).toBe(child.pid)
  await guest.stop()
  expect(await isRunning(child.pid)).toBe(true)
  await child.finish()
  expect(await isRunning(child.pid)).toBe(false)
})

test('a guest takes over when the first Wanmi stops the server under it', async () => {
  const child = await home.openInChild()
  const guest = await home.open()
  await child.finish()
  await until(async () => guest.pid !== child.pid && (await isRunning(guest.pid)))
  expect(await query(guest, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('a pid file left behind does not keep it from starting, whoever has the pid now', async () => {
  const { location } = await home.open()
  await home.stop()
  const file = path.join(location.cluster, 'postmaster.pid')
  for (const pid of [process.pid, 4_194_000]) {
    await writeFile(file, `${pid}\n${location.cluster}\n1\n5432\n\n127.0.0.1\n  0 0\nready   \n`)
    const server = await home.open()
    expect(server.pid).not.toBe(pid)
    await home.stop()
  }
})

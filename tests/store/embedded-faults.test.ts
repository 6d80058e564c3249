import { once } from 'node:events'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { Rejected, Unavailable } from '#model/error.ts'
import { startError } from '#store/embedded/data-directory.ts'
import type { EmbeddedServerConfig } from '#store/embedded/embedded-server.ts'
import { findPostmaster } from '#store/embedded/postmaster.ts'
import { chownTree, EmbeddedHarness, isRoot } from './embedded-harness.ts'

const home = new EmbeddedHarness()

describe('one clear sentence', () => {
  const failure = async (more: Partial<EmbeddedServerConfig>): Promise<unknown> =>
    await home.open(more).then(
      () => expect.fail('it opened'),
      (error: unknown) => error,
    )

  test('for a port that is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as { port: number }
    const error = await failure({ databasePort: port })
    holder.close()
    expect(error).toBeInstanceOf(Unavailable)
    expect(error).toMatchObject({ code: 'port-in-use' })
  })

  test('for too little room on the disk', async () => {
    const error = await failure({ minFreeMb: 1e9 })
    expect(error).toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/MiB free and MIN_FREE_DISK_MB asks for/) as string,
    })
  })

  test('for a file where the directory should be', async () => {
    const file = home.folder('file')
    await writeFile(file, '')
    for (const dir of [file, path.join(file, 'below')]) {
      const error = await failure({ dataDir: dir })
      expect(error).toBeInstanceOf(Rejected)
      expect(error).toMatchObject({ code: 'data-directory', cause: expect.anything() as unknown })
    }
  })

  test('for a cluster that is none, or that another PostgreSQL made', async () => {
    for (const [name, write, words] of [
      ['foreign', (dir: string) => writeFile(path.join(dir, 'notes.txt'), ''), /no PG_VERSION/],
      ['old', (dir: string) => writeFile(path.join(dir, 'PG_VERSION'), '9.6\n'), /PostgreSQL 9.6/],
      [
        'broken',
        (dir: string) => writeFile(path.join(dir, 'PG_VERSION'), '18\n'),
        /cannot be used/,
      ],
    ] as const) {
      const cluster = home.folder(name, 'database', 'cluster')
      await mkdir(cluster, { recursive: true })
      await write(cluster)
      const error = await failure({ dataDir: home.folder(name) })
      expect(error).toBeInstanceOf(Rejected)
      expect(error).toMatchObject({
        code: 'data-directory',
        message: expect.stringMatching(words) as string,
      })
    }
  })

  test('for a cluster file that lost its content', async () => {
    const copy = home.folder('damaged')
    await cp(home.dataDir, copy, { recursive: true, verbatimSymlinks: true })
    const { location } = await home.open()
    await home.stop()
    const cluster = path.join(copy, 'database', 'cluster')
    if (location.user) await chownTree(cluster, location.user.uid, location.user.gid)
    await rm(path.join(cluster, 'global', 'pg_control'))
    expect(await failure({ dataDir: copy })).toMatchObject({
      code: 'data-directory',
      message: expect.stringContaining('pg_control') as string,
    })
  })

  test('for a password that does not open the database', async () => {
    const { location } = await home.open()
    const file = path.join(location.home, 'password')
    const right = await readFile(file, 'utf8')
    await writeFile(file, 'wrong')
    expect(await failure({})).toMatchObject({ code: 'data-directory' })
    await home.stop()
    expect(await failure({})).toMatchObject({ code: 'data-directory' })
    expect(await findPostmaster(location.cluster)).toBeUndefined()
    await writeFile(file, right)
  })

  test('whoever looks for a server takes nothing from one that is starting', async () => {
    const cluster = home.folder('starting')
    await mkdir(cluster, { recursive: true })
    const file = path.join(cluster, 'postmaster.pid')
    // PostgreSQL makes the file first and then writes to it, line by line.
    for (const text of ['', `${process.pid}\n`, `${process.pid}\n${cluster}\n`]) {
      await writeFile(file, text)
      expect(await findPostmaster(cluster)).toBeUndefined()
      expect(await readFile(file, 'utf8')).toBe(text)
    }
  })

  test('for what PostgreSQL says when it does not start', () => {
    const codes = [
      ['FATAL:  could not write to file "pg_wal/x": No space left on device', 'disk-full'],
      ['FATAL:  could not create any TCP/IP sockets', 'port-in-use'],
      ['FATAL:  pre-existing shared memory block is still in use', 'database-unavailable'],
      ['FATAL:  database files are incompatible with server', 'data-directory'],
      ['PANIC:  could not locate a valid checkpoint record', 'data-directory'],
      ['', 'data-directory'],
    ] as const
    for (const [words, code] of codes) expect(startError('/data', words).code).toBe(code)
  })
})

test.skipIf(isRoot)('a directory without permission is named', async () => {
  const closed = home.folder('closed')
  await mkdir(closed, { mode: 0o500 })
  await expect(home.open({ dataDir: path.join(closed, 'data') })).rejects.toMatchObject({
    code: 'data-directory',
    message: expect.stringContaining('no permission') as string,
  })
})

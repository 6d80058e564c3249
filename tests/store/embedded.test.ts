import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Rejected, Unavailable } from '#model/error.ts'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { openCommitter } from '#store/committer.ts'
import { connect, openDatabase } from '#store/database.ts'
import { findBinaries } from '#store/embedded/binaries.ts'
import { startError } from '#store/embedded/data-directory.ts'
import { EmbeddedServer } from '#store/embedded/embedded-server.ts'
import { locate } from '#store/embedded/location.ts'
import { isRunning } from '#store/embedded/process.ts'
import { canReach, findServerUser } from '#store/embedded/server-user.ts'
import { migrate } from '#store/migrate.ts'
import { commit, device, NOON, reading } from './fixtures.ts'

const isRoot = process.getuid?.() === 0

let root: string
let dataDir: string
let systemFolder: string
const opened: EmbeddedServer[] = []

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'wanmi-embedded-'))
  await chmod(root, 0o755)
  dataDir = path.join(root, 'data')
  systemFolder = path.join(root, 'system')
  // Made once: the tests below start it again, each in its own way.
  await (await open()).stop()
})
afterEach(async () => {
  for (const server of opened.splice(0)) await server.stop()
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function open(more: Partial<Parameters<typeof EmbeddedServer.open>[0]> = {}) {
  const config = { dataDir, databasePort: 0, minFreeMb: 0, systemFolder, ...more }
  const server = await EmbeddedServer.open(config, silentLogger)
  opened.push(server)
  return server
}

const query = (server: EmbeddedServer, text: string): Promise<unknown[]> =>
  queryAt(server.url('postgres'), text)

async function queryAt(connectionString: string, text: string): Promise<unknown[]> {
  const client = await connect({ connectionString })
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('what was waited for did not happen')
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
}

interface Child {
  readonly process: ChildProcess
  readonly pid: number
  /** Lets it stop its server and end. */
  finish(): Promise<void>
}

async function openInChild(
  options: { uid?: number; gid?: number; dir?: string } = {},
): Promise<Child> {
  const { dir = dataDir, ...user } = options
  const script = path.join(import.meta.dirname, '../support/server-child.ts')
  const child = spawn(process.execPath, [script, 'embedded', dir], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...user,
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const { url } = JSON.parse(line) as { url: string }
  const finish = async (): Promise<void> => {
    child.stdin.end()
    await once(child, 'exit')
  }
  const file = `split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::integer`
  const [answer] = await queryAt(url, `SELECT ${file} AS pid`)
  return { process: child, pid: (answer as { pid: number }).pid, finish }
}

test('listens on this machine alone, without a socket file, and writes durably', async () => {
  const server = await open()
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
  const server = await open()
  const file = path.join(server.location.home, 'password')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(server.url('x')).toContain(await readFile(file, 'utf8'))
})

test('the second start finds the data of the first', async () => {
  const first = await open()
  await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer')
  await first.stop()
  const second = await open()
  expect(await query(second, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }])
})

test('stopping leaves no process behind', async () => {
  const server = await open()
  const { pid } = server
  const client = await connect({ connectionString: server.url('postgres') })
  await server.stop()
  expect(await isRunning(pid)).toBe(false)
  expect(await readdir(server.location.cluster)).not.toContain('postmaster.pid')
  await client.end()
})

test('a server that is killed is started again, on the same port', async () => {
  const server = await open()
  const url = server.url('postgres')
  const { pid } = server
  process.kill(pid, 'SIGKILL')
  await until(async () => server.pid !== pid && (await isRunning(server.pid)))
  expect(server.url('postgres')).toBe(url)
  expect(await query(server, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('a writer rides out that the server is killed, and no commit is lost or done twice', async () => {
  const config = { ...readConfig({}).store, dataDir, minFreeMb: 0 }
  const database = await openDatabase(config, silentLogger)
  onTestFinished(() => database.close())
  await migrate(database, silentLogger)
  const options = { timeZone: 'Asia/Shanghai', timeoutMs: 10_000 }
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
  const { rows } = await database.pool.query('SELECT count(*) AS n FROM reading_manhole_cover')
  expect(rows).toEqual([{ n: 60 }])
})

test('a server whose Wanmi was killed is taken over, watched, and stopped at the end', async () => {
  const child = await openInChild()
  child.process.kill('SIGKILL')
  await once(child.process, 'exit')
  expect(await isRunning(child.pid)).toBe(true)
  const server = await open()
  expect(server.pid).toBe(child.pid)
  process.kill(child.pid, 'SIGKILL')
  await until(async () => server.pid !== child.pid && (await isRunning(server.pid)))
  const { pid } = server
  await server.stop()
  expect(await isRunning(pid)).toBe(false)
})

test('a second Wanmi is a guest: it does not stop the server of the first', async () => {
  const child = await openInChild()
  const guest = await open()
  expect(guest.pid).toBe(child.pid)
  await guest.stop()
  expect(await isRunning(child.pid)).toBe(true)
  await child.finish()
  expect(await isRunning(child.pid)).toBe(false)
})

test('a guest takes over when the first Wanmi stops the server under it', async () => {
  const child = await openInChild()
  const guest = await open()
  await child.finish()
  await until(async () => guest.pid !== child.pid && (await isRunning(guest.pid)))
  expect(await query(guest, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('a pid file left behind does not keep it from starting, whoever has the pid now', async () => {
  const { location } = await open()
  await opened.pop()?.stop()
  const file = path.join(location.cluster, 'postmaster.pid')
  for (const pid of [process.pid, 4_194_000]) {
    await writeFile(file, `${pid}\n${location.cluster}\n1\n5432\n\n127.0.0.1\n  0 0\nready   \n`)
    const server = await open()
    expect(server.pid).not.toBe(pid)
    await opened.pop()?.stop()
  }
})

describe('one clear sentence', () => {
  const failure = async (more: Parameters<typeof open>[0]): Promise<unknown> =>
    await open(more).then(
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
    const file = path.join(root, 'file')
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
      const cluster = path.join(root, name, 'database', 'cluster')
      await mkdir(cluster, { recursive: true })
      await write(cluster)
      const error = await failure({ dataDir: path.join(root, name) })
      expect(error).toBeInstanceOf(Rejected)
      expect(error).toMatchObject({
        code: 'data-directory',
        message: expect.stringMatching(words) as string,
      })
    }
  })

  test('for a cluster file that lost its content', async () => {
    const copy = path.join(root, 'damaged')
    await cp(dataDir, copy, { recursive: true, verbatimSymlinks: true })
    const { location } = await open()
    await opened.pop()?.stop()
    const cluster = path.join(copy, 'database', 'cluster')
    if (location.user) await chownTree(cluster, location.user.uid, location.user.gid)
    await rm(path.join(cluster, 'global', 'pg_control'))
    expect(await failure({ dataDir: copy })).toMatchObject({
      code: 'data-directory',
      message: expect.stringContaining('pg_control') as string,
    })
  })

  test('for a password that does not open the database', async () => {
    const server = await open()
    const file = path.join(server.location.home, 'password')
    const right = await readFile(file, 'utf8')
    const child = await openInChild()
    await writeFile(file, 'wrong')
    expect(await failure({})).toMatchObject({ code: 'data-directory' })
    await writeFile(file, right)
    await child.finish()
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

describe.runIf(isRoot)('as root', () => {
  test('the server runs as a user of its own', async () => {
    const server = await open()
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8')
    expect(status).toMatch(/^Uid:\t[1-9]/m)
  })

  test('a data directory nobody else may enter has its database elsewhere, found again', async () => {
    const home = path.join(root, 'root-home')
    await mkdir(home, { mode: 0o700 })
    const unreachable = { dataDir: path.join(home, 'clone', '.data') }
    const first = await open(unreachable)
    expect(first.location.home.startsWith(systemFolder)).toBe(true)
    await query(first, 'CREATE TABLE kept AS SELECT 7 AS answer')
    await opened.pop()?.stop()
    const second = await open(unreachable)
    expect(await query(second, 'SELECT answer FROM kept')).toEqual([{ answer: 7 }])
    await opened.pop()?.stop()
    // Also when the way becomes free.
    await chmod(home, 0o755)
    expect((await open(unreachable)).location.home).toBe(first.location.home)
  })

  test('binaries nobody else may enter are copied to where the server can run them', async () => {
    const found = await findBinaries()
    const home = path.join(root, 'root-clone')
    await mkdir(home, { mode: 0o700 })
    const native = path.join(home, 'native')
    await cp(found.native, native, { recursive: true, verbatimSymlinks: true })
    const hidden = { ...found, native }
    const location = await locate(path.join(root, 'copied'), hidden, silentLogger, systemFolder)
    expect(location.binaries.native.startsWith(systemFolder)).toBe(true)
    expect(await canReach(location.user, [location.binaries.native])).toBe(true)
    const again = await locate(path.join(root, 'copied'), hidden, silentLogger, systemFolder)
    expect(again.binaries).toEqual(location.binaries)
    expect(await readdir(systemFolder)).toContain(path.basename(location.binaries.native))
  })

  test('a database that became unreachable is not replaced by an empty one', async () => {
    const home = path.join(root, 'closed-later')
    const dir = path.join(home, '.data')
    await open({ dataDir: dir })
    await opened.pop()?.stop()
    await chmod(home, 0o700)
    await expect(open({ dataDir: dir })).rejects.toMatchObject({
      code: 'data-directory',
      message: expect.stringContaining('cannot be reached by user') as string,
    })
  })

  test('an ordinary user runs the server as himself, and root takes it as his', async ({
    skip,
  }) => {
    const user = await findServerUser(path.join(root, 'none'), silentLogger)
    if (!user) throw new Error('root has no user for the server')
    const script = path.join(import.meta.dirname, '../support/server-child.ts')
    const reachable = await canReach(user, [process.execPath, script])
    skip(!reachable, 'the user cannot enter this clone')
    const dir = path.join(root, 'ordinary')
    await mkdir(dir)
    await chownTree(dir, user.uid, user.gid)
    const child = await openInChild({ uid: user.uid, gid: user.gid, dir })
    await child.finish()
    const server = await open({ dataDir: dir })
    expect(server.location.user?.uid).toBe(user.uid)
  })
})

test.skipIf(isRoot)('a directory without permission is named', async () => {
  const closed = path.join(root, 'closed')
  await mkdir(closed, { mode: 0o500 })
  await expect(open({ dataDir: path.join(closed, 'data') })).rejects.toMatchObject({
    code: 'data-directory',
    message: expect.stringContaining('no permission') as string,
  })
})

async function chownTree(folder: string, uid: number, gid: number): Promise<void> {
  await chown(folder, uid, gid)
  for (const name of await readdir(folder, { recursive: true })) {
    await chown(path.join(folder, name), uid, gid)
  }
}

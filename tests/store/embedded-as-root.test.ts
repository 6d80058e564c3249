import { chmod, cp, mkdir, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { silentLogger } from '#runtime/logger.ts'
import { findBinaries } from '#store/embedded/binaries.ts'
import { locate } from '#store/embedded/location.ts'
import { canReach, findServerUser } from '#store/embedded/server-user.ts'
import { CHILD_SCRIPT, chownTree, EmbeddedHarness, isRoot, query } from './embedded-harness.ts'

const home = new EmbeddedHarness()

describe.runIf(isRoot)('as root', () => {
  test('the server runs as a user of its own', async () => {
    const server = await home.open()
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8')
    expect(status).toMatch(/^Uid:\t[1-9]/m)
  })

  test('a data directory nobody else may enter has its database elsewhere, found again', async () => {
    const closed = home.folder('root-home')
    await mkdir(closed, { mode: 0o700 })
    const unreachable = { dataDir: path.join(closed, 'clone', '.data') }
    const first = await home.open(unreachable)
    expect(first.location.home.startsWith(home.systemFolder)).toBe(true)
    await query(first, 'CREATE TABLE kept AS SELECT 7 AS answer')
    await home.stop()
    const second = await home.open(unreachable)
    expect(await query(second, 'SELECT answer FROM kept')).toEqual([{ answer: 7 }])
    await home.stop()
    // Also when the way becomes free.
    await chmod(closed, 0o755)
    expect((await home.open(unreachable)).location.home).toBe(first.location.home)
  })

  test('binaries nobody else may enter are copied to where the server can run them', async () => {
    const found = await findBinaries()
    const closed = home.folder('root-clone')
    await mkdir(closed, { mode: 0o700 })
    const native = path.join(closed, 'native')
    await cp(found.native, native, { recursive: true, verbatimSymlinks: true })
    const hidden = { ...found, native }
    const location = await locate(home.folder('copied'), hidden, silentLogger, home.systemFolder)
    expect(location.binaries.native.startsWith(home.systemFolder)).toBe(true)
    expect(await canReach(location.user, [location.binaries.native])).toBe(true)
    const again = await locate(home.folder('copied'), hidden, silentLogger, home.systemFolder)
    expect(again.binaries).toEqual(location.binaries)
    expect(await readdir(home.systemFolder)).toContain(path.basename(location.binaries.native))
  })

  test('a database that became unreachable is not replaced by an empty one', async () => {
    const closed = home.folder('closed-later')
    const dir = path.join(closed, '.data')
    await home.open({ dataDir: dir })
    await home.stop()
    await chmod(closed, 0o700)
    await expect(home.open({ dataDir: dir })).rejects.toMatchObject({
      code: 'data-directory',
      message: expect.stringContaining('cannot be reached by user') as string,
    })
  })

  test('an ordinary user runs the server as himself, and root takes it as his', async ({
    skip,
  }) => {
    const user = await findServerUser(home.folder('none'), silentLogger)
    if (!user) throw new Error('root has no user for the server')
    const reachable = await canReach(user, [process.execPath, CHILD_SCRIPT])
    skip(!reachable, 'the user cannot enter this clone')
    const dir = home.folder('ordinary')
    await mkdir(dir)
    await chownTree(dir, user.uid, user.gid)
    const child = await home.openInChild({ uid: user.uid, gid: user.gid, dir })
    await child.finish()
    const server = await home.open({ dataDir: dir })
    expect(server.location.user?.uid).toBe(user.uid)
  })
})

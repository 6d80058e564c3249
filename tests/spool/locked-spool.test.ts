import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { epochMs } from '#model/time.ts'
import { silentLogger } from '#runtime/logger.ts'
import { LockedSpool } from '#spool/locked-spool.ts'
import { scratchFolder } from '#tests/support/scratch-folder.ts'

const body = (text: string): Buffer => Buffer.from(text)
const AT = epochMs(1_795_420_800_000)

test('one process has the spool at a time, and the next one has what is in it', async () => {
  await using scratch = await scratchFolder()
  const folder = `${scratch.path}/spool/database`
  const options = {
    folder,
    maxBytes: 10_000,
    readDrained: async () => new Map(),
    log: silentLogger,
  }
  const first = new LockedSpool(options)
  const second = new LockedSpool(options)
  expect(await first.tryToOpen()).toBe(true)
  expect(await second.tryToOpen()).toBe(false)
  expect(second.isEmpty).toBe(true)
  await expect(second.append(body('x'), AT)).rejects.toMatchObject({ code: 'storage-unavailable' })

  await first.append(body('one'), AT)
  await first.append(body('two'), AT)
  await first.close()
  expect(await second.tryToOpen()).toBe(true)
  const records = [await second.next(), await second.next()]
  expect(records.map((record) => Buffer.from(record?.body ?? []).toString())).toEqual([
    'one',
    'two',
  ])
  await second.release(records.filter((record) => record !== undefined))
  expect(await second.next()).toBeUndefined()
  expect(await readdir(folder)).toEqual(['lock'])
  await second.close()
})

test('a process that was killed leaves the spool free', async () => {
  await using scratch = await scratchFolder()
  const script = `
    import { lockFolder } from '#spool/folder-lock.ts'
    lockFolder(process.argv[1])
    process.kill(process.pid, 'SIGKILL')`
  const args = ['--input-type=module', '-e', script, scratch.path]
  await promisify(execFile)(process.execPath, args).catch(() => undefined)
  const options = { maxBytes: 1, readDrained: async () => new Map(), log: silentLogger }
  const spool = new LockedSpool({ ...options, folder: scratch.path })
  expect(await spool.tryToOpen()).toBe(true)
  await spool.close()
})

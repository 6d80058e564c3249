import { readFile, stat, writeFile } from 'node:fs/promises'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { backupCommand, restoreCommand } from '#cli/backup.ts'
import { silentLogger } from '#runtime/logger.ts'
import { checkBackup } from '#store/backup/read-backup.ts'
import { restoreBackup } from '#store/backup/restore-backup.ts'
import { takeBackup } from '#store/backup/take-backup.ts'
import { migrate } from '#store/migrate.ts'
import { runInProcess } from '#tests/cli/run-in-process.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import { countRows, fillCity } from './filled-city.ts'
import { knowsItsCity } from './knows-its-city.ts'

let folder: ScratchFolder
let source: TestDatabase
let file: string
beforeAll(async () => {
  folder = await scratchFolder()
  source = await freshDatabase()
  const { pool } = source.database
  await fillCity({ databaseUrl: source.url, pool, folder: `${folder.path}/rules` })
  file = `${folder.path}/city.backup`
  await takeBackup(source.database, file)
}, 120_000)
afterAll(async () => {
  await source.drop()
  await folder[Symbol.asyncDispose]()
})

test('the city of these tests has something in every table', async () => {
  const counts = await countRows(source.database.pool)
  const empty = Object.keys(counts).filter((name) => counts[name] === 0)
  expect(empty, 'give each new table a row in tests/upgrade/filled-city.ts').toEqual([])
})

test('a backup restored into an empty database has the same rows in every table', async () => {
  const target = await freshDatabase({ migrated: false })
  const summary = await restoreBackup(target.database, file, silentLogger)
  const counts = await countRows(source.database.pool)
  expect(await countRows(target.database.pool)).toEqual(counts)
  expect(summary.rows).toBe(Object.values(counts).reduce((sum, n) => sum + n, 0))
  for (const table of Object.keys(counts)) {
    const digest = `SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS digest FROM ${table} t`
    const [was, is] = await Promise.all(
      [source, target].map(async ({ database }) => (await database.pool.query(digest)).rows),
    )
    expect(is, table).toEqual(was)
  }
  await target.drop()
})

test('a service on what was restored knows devices, cases and what it has stored before', async () => {
  const target = await freshDatabase({ migrated: false })
  await restoreBackup(target.database, file, silentLogger)
  await knowsItsCity(target)
  await target.drop()
}, 120_000)

test('the commands say what they wrote, proved and restored', async () => {
  const target = await freshDatabase({ migrated: false })
  const made = `${folder.path}/made.backup`
  process.env['DATABASE_URL'] = source.url
  onTestFinished(() => {
    delete process.env['DATABASE_URL']
  })
  const { out } = await runInProcess(backupCommand(), [made])
  expect(out).toMatch(/made\.backup is written \(\d+ bytes\): \d+ rows of \d+ tables, as of 20/)
  const checked = await runInProcess(restoreCommand(), [made, '--check'])
  expect(checked.out).toMatch(/is whole: \d+ rows/)
  const missing = await runInProcess(restoreCommand(), [`${folder.path}/none`])
  expect(missing).toMatchObject({ exitCode: 1, err: expect.stringMatching(/cannot be used/) })
  process.env['DATABASE_URL'] = target.url
  const restored = await runInProcess(restoreCommand(), [made, '--json'])
  expect(JSON.parse(restored.out)).toMatchObject({ rows: expect.any(Number) as number })
  await target.drop()
}, 120_000)

test('what is written while a backup is taken is not in it', async () => {
  const { pool } = source.database
  const other = `${folder.path}/other.backup`
  const before = await countRows(pool)
  const taking = takeBackup(source.database, other)
  for (let n = 0; n < 200; n++) {
    await pool.query(`INSERT INTO loose_file (id, since) VALUES (gen_random_uuid(), now())`)
  }
  const { tables } = await taking
  const rows = tables.find(({ table }) => table === 'loose_file')?.rows ?? 0
  // Of one moment, whichever that was: it is the same in the file.
  expect(rows).toBeGreaterThanOrEqual(before['loose_file'] ?? 0)
  const found = (await checkBackup(other)).tables.find(({ table }) => table === 'loose_file')
  expect(found?.rows).toBe(rows)
  await pool.query(`DELETE FROM loose_file WHERE since > now() - interval '1 hour'
    AND id <> '00000000-0000-7000-8000-000000000005'`)
})

describe('a restore is refused', () => {
  test('into a database that is in use', async () => {
    const restoring = restoreBackup(source.database, file, silentLogger)
    await expect(restoring).rejects.toMatchObject({ code: 'conflict' })
  })

  test.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 40)],
    ['not one', () => Buffer.from('no backup at all, but long enough to be taken for something')],
    ['empty', () => Buffer.alloc(0)],
  ])('from a file that is %s', async (_what, damage) => {
    const bad = `${folder.path}/bad.backup`
    await writeFile(bad, damage(await readFile(file)))
    await expect(checkBackup(bad)).rejects.toMatchObject({ code: 'invalid-input' })
  })

  test('from a file of which any byte is another', async () => {
    const bytes = await readFile(file)
    const bad = `${folder.path}/bad.backup`
    for (const share of [0.1, 0.5, 0.9]) {
      const at = Math.floor(bytes.length * share)
      const other = Buffer.from(bytes)
      other[at] = (other[at] ?? 0) ^ 0x40
      await writeFile(bad, other)
      await expect(checkBackup(bad)).rejects.toMatchObject({ code: 'invalid-input' })
    }
  })

  test('when its checksum is wrong at the very end, and nothing of it is kept', async () => {
    const target = await freshDatabase({ migrated: false })
    const bad = `${folder.path}/bad.backup`
    const plain = zstdDecompressSync(await readFile(file))
    const last = plain.length - '"}'.length - 1
    plain[last] = plain[last] === 0x30 ? 0x31 : 0x30
    await writeFile(bad, zstdCompressSync(plain))
    await expect(restoreBackup(target.database, bad, silentLogger)).rejects.toMatchObject({
      code: 'invalid-input',
    })
    // The service does not start on it, and the restore may be run again.
    await expect(migrate(target.database, silentLogger)).rejects.toThrow(/broken off/)
    await restoreBackup(target.database, file, silentLogger)
    expect(await migrate(target.database, silentLogger)).toEqual([])
    expect((await countRows(target.database.pool))['device']).toBeGreaterThan(5)
    await target.drop()
  }, 120_000)
})

test('a backup that fails leaves the one before it in its place', async () => {
  const { size } = await stat(file)
  const empty = await freshDatabase({ migrated: false })
  await expect(takeBackup(empty.database, file)).rejects.toThrow(/nothing to back up/)
  expect((await stat(file)).size).toBe(size)
  await expect(stat(`${file}.part`)).rejects.toThrow('ENOENT')
  await empty.drop()
})

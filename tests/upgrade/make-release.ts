/**
 * Keeps the tables and a small city of this release, for the upgrades of those to come:
 * `node tests/upgrade/make-release.ts`. To be run once, when a release is made; see docs/operations.md.
 */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { takeBackup } from '#store/backup/take-backup.ts'
import { openDatabase } from '#store/database.ts'
import { migrate } from '#store/migrate.ts'
import { scratchFolder } from '#tests/support/scratch-folder.ts'
import { fillCity } from './filled-city.ts'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
const file = path.join(import.meta.dirname, 'releases', `${version}.backup`)
if (existsSync(file)) throw new Error(`${file} is there: what was released is never made again`)

await using folder = await scratchFolder()
const config = { ...readConfig({}).store, dataDir: `${folder.path}/data`, minFreeMb: 0 }
const database = await openDatabase(config, silentLogger)
try {
  await migrate(database, silentLogger)
  const databaseUrl = database.embedded?.url('wanmi') ?? ''
  await fillCity({ databaseUrl, pool: database.pool, folder: `${folder.path}/rules` })
  await mkdir(path.dirname(file), { recursive: true })
  const { rows, tables } = await takeBackup(database, file)
  console.log(`${file}: ${rows} rows of ${tables.length} tables`)
} finally {
  await database.close()
}

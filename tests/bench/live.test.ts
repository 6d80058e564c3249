import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { freshDatabase } from '#tests/support/database.ts'

const run = promisify(execFile)

interface Told {
  readonly table: readonly { 'who watches': string; 'told MiB/s': number; 'let go': number }[]
  readonly ends: { readonly stalled: number; readonly withTheNewest: number }
}

test('viewers of moving devices are told, and those who stood still end with the newest of each', async () => {
  const database = await freshDatabase()
  const size = ['--viewers', '20', '--devices', '30', '--rounds', '1', '--rate', '60']
  const short = ['--only', 'full', '--seconds', '0.6', '--warmup', '0.1', '--json']
  try {
    const { stdout } = await run(process.execPath, ['bench/live.ts', ...size, ...short], {
      env: { ...process.env, DATABASE_URL: database.url },
    })
    const { table, ends } = JSON.parse(
      stdout.split('\n').findLast((line) => line !== '') ?? '',
    ) as Told
    expect(table.map((row) => row['let go'])).toEqual(table.map(() => 0))
    for (const row of table) {
      if (row['who watches'] !== 'all the whole city') continue
      expect(row['told MiB/s'], JSON.stringify(row)).toBeGreaterThan(0)
    }
    expect(ends.withTheNewest).toBe(ends.stalled)
  } finally {
    await database.drop()
  }
}, 120_000)

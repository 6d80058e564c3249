import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { freshDatabase } from '#tests/support/database.ts'
import { scratchFolder } from '#tests/support/scratch-folder.ts'

const run = promisify(execFile)

test('the bench of reads fills a city, and every question it asks the service has an answer', async () => {
  const database = await freshDatabase()
  await using folder = await scratchFolder()
  const plans = path.join(folder.path, 'plans.txt')
  const size = ['--devices', '300', '--days', '2', '--readings', '6000', '--asks', '2']
  // The files of a server elsewhere cannot be forgotten.
  const isHere = process.platform === 'linux' && !process.env['TEST_DATABASE_URL']
  const rest = [...(isHere ? ['--cold'] : []), '--limit', '60000', '--plans', plans, '--json']
  try {
    const { stdout } = await run(process.execPath, [
      'bench/reads.ts',
      '--database',
      database.url,
      '--data',
      folder.path,
      ...size,
      ...rest,
    ])
    const { results, cold, scoped } = JSON.parse(stdout) as Record<
      'results' | 'cold' | 'scoped',
      Record<string, { rows: number }[]>
    >
    const [measured = []] = Object.values(results)
    expect(measured).toHaveLength(21)
    expect(Object.values(cold).flat()).toHaveLength(isHere ? 6 : 0)
    expect(Object.values(scoped).flat()).toHaveLength(database.database.timescale ? 0 : 3)
    for (const each of [measured, ...Object.values(cold), ...Object.values(scoped)].flat())
      expect(each.rows, JSON.stringify(each)).toBeGreaterThan(0)
    expect(await readFile(plans, 'utf8')).toMatch(/Index/)
  } finally {
    await database.drop()
  }
}, 120_000)

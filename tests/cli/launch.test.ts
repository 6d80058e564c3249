import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from 'vitest'

/** A Node of before 24 that this machine happens to have. */
const older = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find((program) => existsSync(program) && majorOf(program) < 24)

function majorOf(program: string): number {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  return Number(/^v(\d+)/.exec(stdout)?.[1] ?? Number.NaN)
}

test.skipIf(!older)('an older Node is told which one is needed and how to get it', () => {
  const { status, stderr } = spawnSync(older ?? '', ['cli/launch.mjs', 'start'], {
    encoding: 'utf8',
  })
  expect(status).toBe(1)
  expect(stderr).toMatch(/^Wanmi needs Node 24 or newer and this is Node \d+/)
  expect(stderr.trim().split('\n')).toHaveLength(1)
})

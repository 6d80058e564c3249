import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** What decides what a fleet measures. Only a caller's clock and seed may come in. */
const PURE = ['random', 'signals', 'world', 'incidents', 'sensors', 'stream']
const IMPURE = /\basync\b|\bawait\b|Date\.now|new Date\(\)|Math\.random|performance\.|randomBytes/

test('world, sensors and stream have no clock, no chance but the seed and no waiting', () => {
  const files = PURE.flatMap((folder) => globSync(`simulator/${folder}/*.ts`))
  expect(files.length).toBeGreaterThan(30)
  expect(files.filter((file) => IMPURE.test(readFileSync(file, 'utf8')))).toEqual([])
})

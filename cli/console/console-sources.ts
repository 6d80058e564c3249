import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** The folder of Wanmi. */
export const ROOT = resolve(import.meta.dirname, '../..')

/** What the console is made of. */
const SOURCES = [
  'web/index.html',
  'web/vite.config.ts',
  'web/package.json',
  'web/public/**/*',
  'web/src/**/*.{ts,vue,css,svg}',
  'web/worker/**/*.ts',
  'cli/console/build-phone-worker.ts',
  'model/**/*.ts',
  'package-lock.json',
]

/** A hash of all that the console is made of: another one means that it has to be built anew. */
export function consoleSourceHash(): string {
  const hash = createHash('sha256')
  const files = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOT }))
    .filter((file) => !file.endsWith('.d.ts'))
    .sort()
  for (const file of files) {
    hash.update(`${file}\0`)
    hash.update(readFileSync(resolve(ROOT, file)))
  }
  return hash.digest('hex')
}

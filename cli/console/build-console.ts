import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Rejected } from '#model/error.ts'
import { buildPhoneWorker } from './build-phone-worker.ts'
import { compressConsole } from './compress-console.ts'
import { consoleSourceHash, ROOT } from './console-sources.ts'

const DIST = resolve(ROOT, 'web/dist')
const STAMP = resolve(DIST, '.sources')

/** Whether what was built is of the sources that are there. */
export async function isConsoleBuilt(): Promise<boolean> {
  const stamp = await readFile(STAMP, 'utf8').catch(() => undefined)
  return stamp === consoleSourceHash()
}

/**
 * Builds the console into `web/dist`, compressed as it is served.
 *
 * @throws Rejected('bad-configuration') where the packages that build it are not installed
 */
export async function buildConsole(): Promise<void> {
  const hash = consoleSourceHash()
  const { build } = await import('vite').catch((cause: unknown) => {
    throw new Rejected(
      'bad-configuration',
      'the console cannot be built here: its tools are not installed (npm ci without --omit=dev)',
      { cause },
    )
  })
  // Whoever builds it while tests run has another environment, and would get Vue as for development.
  const environment = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production'
  try {
    await build({ configFile: resolve(ROOT, 'web/vite.config.ts'), logLevel: 'warn' })
  } finally {
    if (environment === undefined) delete process.env['NODE_ENV']
    else process.env['NODE_ENV'] = environment
  }
  await buildPhoneWorker(DIST)
  await compressConsole(DIST)
  await writeFile(STAMP, hash)
}

/**
 * Builds the console where that is not done yet. `begin` is called before it takes a while. An
 * installation without the sources of the console serves what it was given.
 */
export async function ensureConsole(begin: () => void): Promise<void> {
  if (!existsSync(resolve(ROOT, 'web/src')) || (await isConsoleBuilt())) return
  begin()
  await buildConsole()
}

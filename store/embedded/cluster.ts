import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { Rejected } from '#model/error.ts'
import type { Logger } from '#runtime/logger.ts'
import { majorVersion, program } from './binaries.ts'
import { dataDirectoryError, holdsCluster, startError } from './data-directory.ts'
import { linkLibraries } from './library-links.ts'
import type { Location } from './location.ts'

const run = promisify(execFile)

/** The database role that owns everything. */
export const ROLE = 'wanmi'

const passwordFile = (location: Location): string => path.join(location.home, 'password')
const libraryFolder = (location: Location): string => path.join(location.home, 'lib')
// Libraries that are found through a link look for theirs beside the link.
const libraryPath = (location: Location): string =>
  [libraryFolder(location), path.join(location.binaries.native, 'lib')].join(path.delimiter)

/** How every program of PostgreSQL is run: as the server's user, with nothing of our environment. */
export const runOptions = (location: Location) => ({
  cwd: location.home,
  env: {
    PATH: process.env['PATH'] ?? '',
    LC_ALL: 'C',
    [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']:
      libraryPath(location),
  },
  ...(location.user ? { uid: location.user.uid, gid: location.user.gid } : {}),
})

/**
 * Makes the cluster where there is none yet.
 *
 * @returns the password of {@link ROLE}
 * @throws Rejected `data-directory`, Unavailable `disk-full`
 */
export async function prepareCluster(location: Location, log: Logger): Promise<string> {
  const { cluster, binaries } = location
  try {
    await handOver(location, location.home, 0o700)
    await linkLibraries(binaries, libraryFolder(location))
  } catch (error) {
    throw dataDirectoryError(location.home, error)
  }
  if (await holdsCluster(cluster, majorVersion(binaries))) return await readPassword(location)
  log.info({ path: cluster, version: binaries.version }, 'making a new database')
  const password = randomBytes(24).toString('base64url')
  try {
    await writeFile(passwordFile(location), password, { mode: 0o600 })
    await handOver(location, passwordFile(location), 0o600)
  } catch (error) {
    throw dataDirectoryError(passwordFile(location), error)
  }
  await initialise(location)
  return password
}

/** Made beside its place and renamed into it: a half-made cluster is never taken for a whole one. */
async function initialise(location: Location): Promise<void> {
  const partial = `${location.cluster}.partial`
  try {
    await rm(partial, { recursive: true, force: true })
    await run(
      program(location.binaries, 'initdb'),
      [
        `--pgdata=${partial}`,
        `--username=${ROLE}`,
        `--pwfile=${passwordFile(location)}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--no-locale',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
      ],
      runOptions(location),
    )
    await removeEmpty(location.cluster)
    await rename(partial, location.cluster)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    const words = (error as { stderr?: string }).stderr
    throw words === undefined
      ? dataDirectoryError(location.cluster, error)
      : startError(location.cluster, words)
  }
}

async function readPassword(location: Location): Promise<string> {
  const file = passwordFile(location)
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw dataDirectoryError(file, error)
    throw new Rejected(
      'data-directory',
      `the data directory ${location.home} cannot be used: its file password, which opens the database, is gone`,
      { detail: { path: file }, cause: error },
    )
  }
}

async function handOver(location: Location, file: string, mode: number): Promise<void> {
  if (location.user) await chown(file, location.user.uid, location.user.gid)
  await chmod(file, mode)
}

async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

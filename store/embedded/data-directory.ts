import { readdir, readFile, stat, statfs } from 'node:fs/promises'
import path from 'node:path'
import { messageOf, Rejected, Unavailable, type WanmiError } from '#model/error.ts'

const MIB = 1_024 * 1_024

const WORDS: Readonly<Record<string, string>> = {
  EEXIST: 'there is a file of that name',
  ENOTDIR: 'a part of its path is a file',
  EACCES: 'this user has no permission',
  EPERM: 'this user has no permission',
  EROFS: 'its file system is read-only',
}

/** One sentence for what the file system answered about a path of the data directory. */
export function dataDirectoryError(file: string, error: unknown): WanmiError {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new Unavailable('disk-full', `the disk that holds ${file} is full`, { cause: error })
  }
  const words = WORDS[code] ?? messageOf(error)
  return new Rejected('data-directory', `the data directory ${file} cannot be used: ${words}`, {
    detail: { path: file },
    cause: error,
  })
}

/** @throws Unavailable `disk-full` when less than `minFreeMb` MiB are free where `folder` lies. */
export async function checkFreeSpace(folder: string, minFreeMb: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const freeMb = Math.floor((bavail * bsize) / MIB)
  if (freeMb >= minFreeMb) return
  throw new Unavailable(
    'disk-full',
    `the disk that holds ${folder} has ${freeMb} MiB free and MIN_FREE_DISK_MB asks for ${minFreeMb}`,
    { detail: { path: folder, freeMb, minFreeMb } },
  )
}

/**
 * Whether there is a cluster in `folder` that PostgreSQL `major` can open; false where there is
 * nothing, or an empty folder.
 *
 * @throws Rejected `data-directory` for anything else than these
 */
export async function holdsCluster(folder: string, major: string): Promise<boolean> {
  const names = await list(folder)
  if (names.length === 0) return false
  if (!names.includes('PG_VERSION')) {
    throw refused(folder, 'it is not a PostgreSQL data directory (it has no PG_VERSION)')
  }
  const version = (await read(path.join(folder, 'PG_VERSION'))).trim()
  if (version !== major) {
    throw refused(folder, `PostgreSQL ${version} made it and this Wanmi runs PostgreSQL ${major}`)
  }
  return true
}

async function list(folder: string): Promise<readonly string[]> {
  try {
    if (!(await stat(folder)).isDirectory()) throw refused(folder, 'it is a file')
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error instanceof Rejected ? error : dataDirectoryError(folder, error)
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw dataDirectoryError(file, error)
  }
}

const refused = (folder: string, why: string): Rejected =>
  new Rejected('data-directory', `the data directory ${folder} cannot be used: ${why}`, {
    detail: { path: folder },
  })

/** What PostgreSQL said when it did not start, as one of our errors. */
export function startError(folder: string, words: string): WanmiError {
  const fatal = words.match(/(?:FATAL|PANIC|ERROR):\s+(.*)/)?.[1] ?? words.trim().split('\n').at(-1)
  const said = fatal === undefined || fatal === '' ? 'it gave no reason' : fatal
  const detail = { path: folder, words: words.slice(-2_000) }
  if (/could not bind|could not create any TCP\/IP sockets/.test(words)) {
    return new Unavailable('port-in-use', `the embedded database found its port taken: ${said}`, {
      detail,
    })
  }
  if (/No space left on device|Disk quota exceeded/.test(words)) {
    return new Unavailable('disk-full', `the disk that holds ${folder} is full: ${said}`, {
      detail,
    })
  }
  if (/pre-existing shared memory block|lock file .* already exists|is starting up/.test(words)) {
    return new Unavailable('database-unavailable', `PostgreSQL could not start yet: ${said}`, {
      detail,
    })
  }
  return new Rejected(
    'data-directory',
    `the data directory ${folder} cannot be used: PostgreSQL says: ${said}`,
    { detail },
  )
}

import { createHash } from 'node:crypto'
import { access, mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { Rejected } from '#model/error.ts'
import type { Logger } from '#runtime/logger.ts'
import { type Binaries, copyBinaries, program } from './binaries.ts'
import { dataDirectoryError } from './data-directory.ts'
import { canReach, findServerUser, type ServerUser } from './server-user.ts'

/** Where root keeps what the server's own user cannot reach where it was asked to be. */
const SYSTEM_FOLDER = '/var/lib/wanmi'

/** Where one embedded database lives and who runs it. */
export interface Location {
  /** Everything below is ours: cluster, library links, password, log, owner file. */
  readonly home: string
  readonly cluster: string
  readonly binaries: Binaries
  /** Null: as the user we are. */
  readonly user: ServerUser | null
}

const clusterOf = (home: string): string => path.join(home, 'cluster')

/** Where the database of `dataDir` may live, the likelier place first. */
export const homesOf = (
  dataDir: string,
  systemFolder: string = SYSTEM_FOLDER,
): readonly [near: string, far: string] => {
  const asked = path.resolve(dataDir)
  return [path.join(asked, 'database'), path.join(systemFolder, derivedName(asked))]
}

/**
 * Decides where the database of `dataDir` lives: in it, or, when we are root and the server's user
 * cannot enter it (a home directory that only root may enter), in a folder of its own below
 * `systemFolder` whose name follows from the path of `dataDir`, so that the next start finds it.
 *
 * @throws Rejected `data-directory`
 */
export async function locate(
  dataDir: string,
  found: Binaries,
  log: Logger,
  systemFolder: string = SYSTEM_FOLDER,
): Promise<Location> {
  const asked = path.resolve(dataDir)
  await makeFolder(asked)
  const [near, far] = homesOf(dataDir, systemFolder)
  const user = await findServerUser(clusterOf(near), log)
  const reachable = await canReach(user, [asked])
  const holdsNear = await exists(clusterOf(near))
  if (holdsNear && !reachable) {
    const who = user?.name ?? ''
    throw new Rejected(
      'data-directory',
      `the database in ${near} cannot be reached by user ${who}, who runs it: let that user enter ${asked}`,
    )
  }
  const stays = holdsNear || (reachable && !(await exists(clusterOf(far))))
  const home = stays ? near : far
  const runner = stays ? user : await findServerUser(clusterOf(far), log)
  if (!stays) log.info({ path: home }, 'the database lives where its own user can reach it')
  await makeFolder(home)
  const binaries = await reachableBinaries(found, runner, systemFolder)
  return { home, cluster: clusterOf(home), binaries, user: runner }
}

/** Readable for a person who looks, and of its own for every path. */
function derivedName(dataDir: string): string {
  const words = dataDir.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+/, '')
  const digest = createHash('sha256').update(dataDir).digest('hex').slice(0, 12)
  return `${words.slice(-40)}-${digest}`
}

async function reachableBinaries(
  found: Binaries,
  user: ServerUser | null,
  systemFolder: string,
): Promise<Binaries> {
  const samples = [
    program(found, 'postgres'),
    path.join(found.native, 'lib'),
    path.join(found.native, 'share'),
  ]
  if (await canReach(user, samples)) return found
  await makeFolder(systemFolder)
  return await copyBinaries(found, systemFolder)
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 })
    if (!(await stat(folder)).isDirectory()) throw new Error('it is a file')
  } catch (error) {
    throw dataDirectoryError(folder, error)
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return false
    throw dataDirectoryError(file, error)
  }
}

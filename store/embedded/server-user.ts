import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Logger } from '#runtime/logger.ts'

const run = promisify(execFile)

/** Whom the server runs as. PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/**
 * Null for an ordinary user, who runs the server as himself. For root: the owner of the cluster
 * that is there already, else `postgres`, which is made where it is missing, else `nobody`.
 */
export async function findServerUser(cluster: string, log: Logger): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null
  const owner = await ownerOf(cluster)
  if (owner) return owner
  const postgres = await lookUp('postgres')
  if (postgres) return postgres
  const made = await makeUser(log)
  if (made) return made
  const nobody = (await lookUp('nobody')) ?? { name: 'nobody', uid: 65_534, gid: 65_534 }
  log.warn({ user: nobody.name }, 'the database runs as a user that other services may share')
  return nobody
}

/** Whether that user may enter or read each path, asked of the system itself. */
export async function canReach(
  user: ServerUser | null,
  paths: readonly string[],
): Promise<boolean> {
  if (!user) return true
  const { uid, gid } = user
  const check = 'for f; do test -r "$f" && { test ! -d "$f" || test -x "$f"; } || exit 1; done'
  try {
    await run('/bin/sh', ['-c', check, 'sh', ...paths], { uid, gid, cwd: '/' })
    return true
  } catch {
    return false
  }
}

async function ownerOf(cluster: string): Promise<ServerUser | undefined> {
  try {
    const { uid, gid } = await stat(cluster)
    return uid === 0 ? undefined : { name: String(uid), uid, gid }
  } catch {
    return undefined
  }
}

async function lookUp(name: string): Promise<ServerUser | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
    return { name, uid: Number(uid.stdout), gid: Number(gid.stdout) }
  } catch {
    return undefined
  }
}

async function makeUser(log: Logger): Promise<ServerUser | undefined> {
  const options = ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent']
  try {
    await run('useradd', [...options, '--shell', '/usr/sbin/nologin', 'postgres'])
  } catch (error) {
    log.debug({ err: error }, 'no user could be made for the database')
    return undefined
  }
  const user = await lookUp('postgres')
  if (user) log.info({ user: user.name }, 'made a system user for the database')
  return user
}

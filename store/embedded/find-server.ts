import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { ROLE } from './cluster.ts'
import { homesOf } from './location.ts'
import { findPostmaster } from './postmaster.ts'

/** What there is of the embedded database of a data directory. */
export type FoundServer =
  | { readonly state: 'none' }
  /** Its files belong to another user. */
  | { readonly state: 'hidden'; readonly home: string }
  | { readonly state: 'stopped'; readonly home: string }
  | { readonly state: 'running'; readonly home: string; readonly url: string; readonly pid: number }

/** Looks for it, and neither makes nor starts anything. */
export async function findServer(
  dataDir: string,
  database: string,
  systemFolder?: string,
): Promise<FoundServer> {
  for (const home of homesOf(dataDir, systemFolder)) {
    const found = await lookIn(home, database)
    if (found.state !== 'none') return found
  }
  return { state: 'none' }
}

async function lookIn(home: string, database: string): Promise<FoundServer> {
  const cluster = path.join(home, 'cluster')
  try {
    await stat(path.join(cluster, 'PG_VERSION'))
    const postmaster = await findPostmaster(cluster)
    if (!postmaster) return { state: 'stopped', home }
    const password = (await readFile(path.join(home, 'password'), 'utf8')).trim()
    const { pid, port } = postmaster
    const url = `postgres://${ROLE}:${password}@127.0.0.1:${port}/${database}`
    return { state: 'running', home, url, pid }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM') return { state: 'hidden', home }
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'none' }
    throw error
  }
}

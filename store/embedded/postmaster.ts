import { readFile, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import { commandLine, isRunning } from './process.ts'

/** A running server of a cluster, as its `postmaster.pid` tells of it. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
}

/**
 * The server that runs on this cluster, whoever started it. A file that was left behind by one that
 * died is removed, also when its process id belongs to somebody else by now, which PostgreSQL
 * itself would take for a running server and refuse to start.
 */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const file = path.join(cluster, 'postmaster.pid')
  const lines = await readLines(file)
  if (!lines) return undefined
  const [pid, port] = [Number(lines[0]), Number(lines[3])]
  if (await isServer(pid, cluster)) return Number.isInteger(port) ? { pid, port } : undefined
  await rm(file, { force: true })
  return undefined
}

async function isServer(pid: number, cluster: string): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 1 || !(await isRunning(pid))) return false
  const words = await commandLine(pid)
  return words.includes(cluster) || words.includes(await realpath(cluster))
}

async function readLines(file: string): Promise<readonly string[] | undefined> {
  try {
    return (await readFile(file, 'utf8')).split('\n')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

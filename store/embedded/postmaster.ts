import { readFile, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import { commandLine, isRunning } from './process.ts'

/** A running server of a cluster, as its `postmaster.pid` tells of it. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
}

const fileOf = (cluster: string): string => path.join(cluster, 'postmaster.pid')

/** The server that runs on this cluster, whoever started it. Changes nothing. */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const lines = await readLines(fileOf(cluster))
  if (!lines) return undefined
  const [pid, port] = [Number(lines[0]), Number(lines[3])]
  const isThere = Number.isInteger(port) && (await isServer(pid, cluster))
  return isThere ? { pid, port } : undefined
}

/**
 * Removes the file of a server that died, also when its process id belongs to somebody else by now,
 * which PostgreSQL itself would take for a running server and refuse to start. Only for who is about
 * to start a server: one that is starting has a file that is empty for a moment, and ends by itself
 * when that is taken from it.
 */
export async function removeStale(cluster: string): Promise<void> {
  const lines = await readLines(fileOf(cluster))
  if (lines && !(await isServer(Number(lines[0]), cluster))) {
    await rm(fileOf(cluster), { force: true })
  }
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

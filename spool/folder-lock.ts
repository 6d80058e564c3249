import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Of an operation on a database that another process has locked. */
const SQLITE_BUSY = 5

/**
 * Keeps a folder for one process. Node has no `flock`; SQLite locks a file with `fcntl`, which the
 * system gives back however the process ends, and which also tells two containers apart.
 *
 * @returns what gives it up, or undefined where another process has it
 * @throws what SQLite says of a folder in which no file can be made
 */
export function lockFolder(folder: string): (() => void) | undefined {
  const lock = new DatabaseSync(path.join(folder, 'lock'))
  try {
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return () => lock.close()
  } catch (error) {
    lock.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined
    throw error
  }
}

import {
  accessSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statfsSync,
} from 'node:fs'
import path from 'node:path'

const SHARED_MEMORY = '/dev/shm'
const PREFIX = 'wanmi-tests-'
const LEAST_FREE = 4 * 1_024 ** 3

/**
 * A folder in memory for what a run of the tests writes; undefined where there is none that is large
 * enough and may hold programs. On a disk every commit of every test would wait for it. What is
 * proved stays the same: a test kills programs, not the machine, and what a killed program wrote is
 * there either way.
 */
export function memoryFolder(): string | undefined {
  if (!isFit()) return undefined
  sweep()
  const folder = path.join(SHARED_MEMORY, `${PREFIX}${process.pid}`)
  // As open as the folder for temporary files is: the database's own user has to pass.
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  process.once('exit', () => leave(folder))
  return folder
}

function isFit(): boolean {
  try {
    const { bavail, bsize } = statfsSync(SHARED_MEMORY)
    const mount = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' '))
      .find(([, where]) => where === SHARED_MEMORY)
    const options = mount?.[3]?.split(',') ?? ['noexec']
    return bavail * bsize >= LEAST_FREE && !options.includes('noexec')
  } catch {
    return false
  }
}

/** Ours are removed by whoever made them; one that is still there has a server that is stopping. */
function leave(folder: string): void {
  const names = readdirSync(folder)
  const others = names.filter((name) => !name.startsWith('wanmi-'))
  for (const name of others) rmSync(path.join(folder, name), { recursive: true, force: true })
  if (names.length === others.length) rmdirSync(folder)
}

/** Removes what runs that were killed have left; a disk that one had mounted keeps its folder. */
function sweep(): void {
  for (const name of readdirSync(SHARED_MEMORY)) {
    if (!name.startsWith(PREFIX) || isRunning(name.slice(PREFIX.length))) continue
    const folder = path.join(SHARED_MEMORY, name)
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch (error) {
      console.warn(`${folder} is left as it is: ${String(error)}`)
    }
  }
}

function isRunning(pid: string): boolean {
  try {
    accessSync(`/proc/${pid}`)
    return true
  } catch {
    return false
  }
}

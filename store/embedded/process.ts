import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whether a process of that id runs. One that ended and waits to be collected does not. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  if (process.platform !== 'linux') return true
  return (await processFields(pid))?.[0] !== 'Z'
}

/**
 * A text that no other process has had since the machine started, or undefined where there is no
 * such process. Process ids alone are used again.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  if (!(await isRunning(pid))) return undefined
  if (process.platform === 'linux') return `${pid} ${(await processFields(pid))?.[19] ?? ''}`
  const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)])
  return `${pid} ${stdout.trim()}`
}

/** The arguments a process was started with; empty where it is gone or hidden from us. */
export async function commandLine(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return await readFile(`/proc/${pid}/cmdline`, 'utf8')
    return (await run('ps', ['-o', 'args=', '-p', String(pid)])).stdout
  } catch {
    return ''
  }
}

/** Fields of `/proc/{pid}/stat` from the third, the state, on: the second can have blanks. */
async function processFields(pid: number): Promise<readonly string[] | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts processor time in ticks of 10 ms. */
const TICK_MS = 10

interface ProcessTime {
  readonly pid: number
  readonly parent: number
  readonly ms: number
}

/** Processor time of a process and all it started, in milliseconds, user and system together. */
export const cpuMsOfTree = (root: number): number => tree(root).reduce((sum, { ms }) => sum + ms, 0)

/** A process and all it started. */
export const pidsOfTree = (root: number): readonly number[] => tree(root).map(({ pid }) => pid)

function tree(root: number): readonly ProcessTime[] {
  const all = processes()
  const members = new Set([root])
  // Parents come before children often, not always: repeat until nobody is added.
  for (let size = 0; size !== members.size; ) {
    size = members.size
    for (const { pid, parent } of all) if (members.has(parent)) members.add(pid)
  }
  return all.filter(({ pid }) => members.has(pid))
}

/** Of one process alone. */
export const cpuMsOf = (pid: number): number => timeOf(String(pid))?.ms ?? 0

function processes(): ProcessTime[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => timeOf(name) ?? [])
}

function timeOf(pid: string): ProcessTime | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces; the fields after it do not.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const ticks = Number(fields[11]) + Number(fields[12])
    return { pid: Number(pid), parent: Number(fields[1]), ms: ticks * TICK_MS }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined
    throw error
  }
}

/** Processor time that all cores were not idle for, also what a hypervisor took, in milliseconds. */
export function busyMsOfMachine(): number {
  const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/ +/) ?? []
  // user, nice, system, idle, iowait, irq, softirq, steal; guests are in the first two already.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields.map(Number)
  return (user + nice + system + irq + softirq + steal) * TICK_MS
}

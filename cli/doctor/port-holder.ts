import { readdir, readFile, readlink } from 'node:fs/promises'

export interface PortHolder {
  readonly pid: number
  /** Its command line, cut. */
  readonly command: string
}

const LISTENING = '0A'
const LONGEST = 80

/** Who listens on a TCP port of this machine, where the system lets us know: Linux, our own or root. */
export async function portHolder(port: number): Promise<PortHolder | undefined> {
  const inodes = new Set([
    ...(await listeningInodes('/proc/net/tcp', port)),
    ...(await listeningInodes('/proc/net/tcp6', port)),
  ])
  if (inodes.size === 0) return undefined
  for (const name of await names('/proc')) {
    if (!/^\d+$/.test(name) || !(await holds(name, inodes))) continue
    const line = (await text(`/proc/${name}/cmdline`)).replaceAll('\0', ' ').trim()
    return { pid: Number(name), command: line.slice(0, LONGEST) }
  }
  return undefined
}

async function listeningInodes(file: string, port: number): Promise<readonly string[]> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return (await text(file)).split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/)
    const isIt = fields[1]?.endsWith(wanted) === true && fields[3] === LISTENING
    return isIt ? [fields[9] ?? ''] : []
  })
}

async function holds(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  for (const name of await names(folder)) {
    const target = await readlink(`${folder}/${name}`).catch(() => '')
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
    if (inode !== undefined && inodes.has(inode)) return true
  }
  return false
}

// What may not be seen, or is gone by now, is as if it was not there.
const text = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '')
const names = (folder: string): Promise<readonly string[]> =>
  readdir(folder).catch((): string[] => [])

import { Rejected } from '#model/error.ts'

/** What a process has open beside the sockets of its fleet. */
const OTHERS = 100

/** How many files this process may have open; Infinity where nobody says. */
export function openFilesLimit(): number {
  const report = process.report as typeof process.report & Reporter
  const before = report.excludeNetwork
  // Whom the machine talks to is no matter here, and slow to find out.
  report.excludeNetwork = true
  const { userLimits } = report.getReport() as Limits
  report.excludeNetwork = before
  const soft = userLimits?.open_files?.soft
  return typeof soft === 'number' ? soft : Number.POSITIVE_INFINITY
}

/** What the types of Node do not know yet. */
interface Reporter {
  excludeNetwork: boolean
}

interface Limits {
  readonly userLimits?: { readonly open_files?: { readonly soft: number | 'unlimited' } }
}

/** @throws Rejected('invalid-input') when so many connections cannot be open at a time. */
export function requireOpenFiles(connections: number, limit = openFilesLimit()): void {
  const wanted = connections + OTHERS
  if (wanted <= limit) return
  throw new Rejected(
    'invalid-input',
    `${connections} connections need ${wanted} open files and this process may have ${limit}: ` +
      `raise the limit with ulimit -n ${wanted}, or take fewer devices`,
    { detail: { connections, limit } },
  )
}

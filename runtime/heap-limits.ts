import { getHeapStatistics } from 'node:v8'

const MIB = 1_024 ** 2
const OLD_GENERATION = /--max[-_]old[-_]space[-_]size[= ](\d+)/g

/** How large the heap of this process may grow, in bytes. */
export interface HeapLimits {
  /** Where it holds what stays. */
  readonly old: number
  /** What Node adds for young objects; null where it shared both out by itself, by the machine's memory. */
  readonly young: number | null
}

/** V8 tells only the sum. The old generation is known where it was asked for (`--max-old-space-size`). */
export function heapLimits(): HeapLimits {
  const both = getHeapStatistics().heap_size_limit
  const options = [process.env['NODE_OPTIONS'], ...process.execArgv].join(' ')
  const asked = [...options.matchAll(OLD_GENERATION)].at(-1)?.[1]
  if (asked === undefined) return { old: both, young: null }
  const old = Number(asked) * MIB
  return { old, young: both - old }
}

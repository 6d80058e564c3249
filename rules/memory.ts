import type { ChannelValue } from '#model/channel.ts'
import { compareReadings } from '#model/reading.ts'
import type { DurationMs, EpochMs } from '#model/time.ts'
import type { Sample } from './fold.ts'

/** How far a condition looks back beyond the reading it is tried on. */
export interface Lookback {
  /** Indexes of the channels whose last value before the reading it needs. */
  readonly previousOf: readonly number[]
  /** The longest window over earlier readings; 0 for none. */
  readonly window: DurationMs
}

/** What is remembered of the readings before one, as far as somebody looks back. */
export interface Memory {
  /** The last value of each channel that is looked back at. */
  readonly known: (ChannelValue | undefined)[]
  /** The readings within the longest window, ascending. */
  readonly recent: Sample[]
}

export const blankMemory = (): Memory => ({ known: [], recent: [] })

/** A copy to work on: the original stays what it was. */
export const copyMemory = ({ known, recent }: Memory): Memory => ({
  known: known.slice(),
  recent: recent.slice(),
})

/** Brings a memory up to date with a reading; readings ascend. */
export function remember(memory: Memory, { previousOf, window }: Lookback, sample: Sample): void {
  for (const index of previousOf) {
    const value = sample.values[index]
    if (value !== undefined) memory.known[index] = value
  }
  if (window === 0) return
  const { recent } = memory
  recent.push(sample)
  const oldest = sample.measuredAt - window
  let gone = 0
  while ((recent[gone] as Sample).measuredAt <= oldest) gone++
  if (gone > 0) recent.splice(0, gone)
}

/** Puts readings that came late into their places among those still looked back at. */
export function recollect(
  { recent }: Memory,
  { window }: Lookback,
  late: readonly Sample[],
  newestAt: EpochMs | undefined,
): void {
  if (window === 0 || newestAt === undefined) return
  const known = new Set(recent.map(identity))
  const missing = late.filter(
    (sample) => sample.measuredAt > newestAt - window && !known.has(identity(sample)),
  )
  if (missing.length === 0) return
  recent.push(...missing)
  recent.sort(compareReadings)
}

const identity = ({ measuredAt, seq }: Sample): string => `${measuredAt} ${seq}`

/** Whether what was fed since `first` is all that a condition at `sample` could look back at. */
export const reachesBack = (
  { previousOf, window }: Lookback,
  { known }: Memory,
  first: Sample,
  sample: Sample,
): boolean =>
  previousOf.every((channel) => known[channel] !== undefined) &&
  (window === 0 || first.measuredAt <= sample.measuredAt - window)

/** What several rules together look back at. */
export const jointLookback = (lookbacks: readonly Lookback[]): Lookback => ({
  previousOf: [...new Set(lookbacks.flatMap(({ previousOf }) => previousOf))],
  window: Math.max(0, ...lookbacks.map(({ window }) => window)) as DurationMs,
})

import type { Channel } from '#model/channel.ts'
import type { Device } from '#model/device.ts'
import { type EpochMs, epochMs, hours } from '#model/time.ts'
import type { ReadingSummaries } from './routes/aggregate-routes.ts'

/** What the readings of a step come to: its extremes are kept, however many there are. */
export interface SeriesStep {
  /** Begin of the step. */
  readonly at: EpochMs
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly count: number
}

/** A truth value that became another. */
export interface SeriesChange {
  readonly at: EpochMs
  readonly value: boolean
}

interface SeriesQuestion {
  readonly device: Device
  readonly channel: string
  readonly from: EpochMs
  readonly to: EpochMs
  readonly step_ms: number
}

/** What this needs of the reading tables. */
export interface ReadSeries {
  numbers(question: SeriesQuestion): Promise<readonly SeriesStep[]>
  /** `changes` is null where they are more than `most`. */
  truths(
    question: SeriesQuestion,
    most: number,
  ): Promise<{
    readonly points: readonly SeriesStep[]
    readonly changes: readonly SeriesChange[] | null
  }>
}

export interface Steps {
  readonly step_ms: number
  readonly points: readonly SeriesStep[]
  /** Of a truth value that did not change too often. */
  readonly changes: readonly SeriesChange[] | null
}

interface Question {
  readonly device: Device
  readonly channel: Channel
  readonly from: EpochMs
  readonly to: EpochMs
  /** Most steps. */
  readonly points: number
}

/** Finer than that no device measures. */
const LEAST_STEP_MS = 1_000
const HOUR_MS: number = hours(1)
/** More changes than that nobody tells from each other. */
export const CHANGES_MAX = 2_000

/**
 * A channel in no more steps than are asked for. Where a step is an hour or longer it is one of whole
 * hours, put together from what is kept of each hour, so that a year takes no more than its hours.
 */
export async function readSteps(
  { device, channel, from, to, points }: Question,
  readSeries: ReadSeries,
  summaries: Pick<ReadingSummaries, 'aggregates'>,
): Promise<Steps> {
  const least = Math.max(LEAST_STEP_MS, Math.ceil((to - from) / points))
  const question = { device, channel: channel.name, from, to, step_ms: least }
  if (channel.type === 'boolean') {
    return { step_ms: least, ...(await readSeries.truths(question, CHANGES_MAX)) }
  }
  if (least < HOUR_MS) {
    return { step_ms: least, points: await readSeries.numbers(question), changes: null }
  }
  const step_ms = Math.ceil(least / HOUR_MS) * HOUR_MS
  const start = Math.floor(from / HOUR_MS) * HOUR_MS
  const channels = [channel.name]
  const found = await summaries.aggregates(device, { every: 'hourly', from, to, channels })
  const steps: SeriesStep[] = []
  for (const hour of found) {
    const { count = 0, min = null, max = null, avg = null } = hour.channels[channel.name] ?? {}
    if (count === 0 || min === null || max === null || avg === null) continue
    const at = epochMs(start + Math.floor((hour.from - start) / step_ms) * step_ms)
    const last = steps.at(-1)
    const one = { at, min, max, mean: avg, count }
    if (last?.at === at) steps[steps.length - 1] = together(last, one)
    else steps.push(one)
  }
  return { step_ms, points: steps, changes: null }
}

function together(a: SeriesStep, b: SeriesStep): SeriesStep {
  const count = a.count + b.count
  return {
    at: a.at,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    mean: (a.mean * a.count + b.mean * b.count) / count,
    count,
  }
}

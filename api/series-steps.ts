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

/** What this needs of the reading tables. */
export type ReadSeries = (question: {
  readonly device: Device
  readonly channel: string
  readonly from: EpochMs
  readonly to: EpochMs
  readonly step_ms: number
}) => Promise<readonly SeriesStep[]>

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

/**
 * A channel in no more steps than are asked for. Where a step is an hour or longer it is one of whole
 * hours, put together from what is kept of each hour, so that a year takes no more than its hours.
 */
export async function readSteps(
  { device, channel, from, to, points }: Question,
  readSeries: ReadSeries,
  summaries: Pick<ReadingSummaries, 'aggregates'>,
): Promise<{ readonly step_ms: number; readonly points: readonly SeriesStep[] }> {
  const least = Math.max(LEAST_STEP_MS, Math.ceil((to - from) / points))
  if (least < HOUR_MS || channel.type === 'boolean') {
    const question = { device, channel: channel.name, from, to, step_ms: least }
    return { step_ms: least, points: await readSeries(question) }
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
  return { step_ms, points: steps }
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

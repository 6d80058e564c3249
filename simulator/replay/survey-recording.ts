import { type DurationMs, type EpochMs, epochMs, milliseconds } from '#model/time.ts'
import { understand } from './recorded-readings.ts'
import type { RecordingSource } from './recording-source.ts'

/** What a recording holds, before anything of it is sent. */
export interface RecordingSurvey {
  /** In the order in which they come, those with at least one row that can be used. */
  readonly devices: readonly SurveyedDevice[]
  /** Of the first row that can be used, and the latest of all; undefined when there is none. */
  readonly firstAt: EpochMs | undefined
  readonly newestAt: EpochMs | undefined
  /** How many rows can be used. */
  readonly readings: number
}

export interface SurveyedDevice {
  readonly id: string
  /** How often it usually reports; undefined when no two of its rows are of different times. */
  readonly interval: DurationMs | undefined
}

const SPANS_LOOKED_AT = 300

/**
 * Reads a recording through once.
 *
 * How often a device usually reports is the median of its first spans. A rule takes a silence of
 * several such spans for one, so a device must not be registered as if it reported more often.
 *
 * @throws Rejected('invalid-input') when the file is at fault.
 */
export async function surveyRecording(
  source: RecordingSource,
  signal: AbortSignal,
): Promise<RecordingSurvey> {
  const tracks = new Map<string, { before: EpochMs; readonly spans: number[] }>()
  let readings = 0
  let firstAt: EpochMs | undefined
  let newest = Number.NEGATIVE_INFINITY
  for await (const row of source.rows()) {
    if (signal.aborted) break
    const said = understand(row, source)
    if ('fault' in said) continue
    const at = said.measuredAt
    readings += 1
    firstAt ??= at
    newest = Math.max(newest, at)
    const track = tracks.get(said.device)
    if (!track) {
      tracks.set(said.device, { before: at, spans: [] })
      continue
    }
    if (at !== track.before && track.spans.length < SPANS_LOOKED_AT) {
      track.spans.push(Math.abs(at - track.before))
    }
    track.before = at
  }
  return {
    devices: [...tracks].map(([id, { spans }]) => ({ id, interval: median(spans) })),
    firstAt,
    newestAt: firstAt === undefined ? undefined : epochMs(newest),
    readings,
  }
}

function median(spans: readonly number[]): DurationMs | undefined {
  const middle = spans.toSorted((a, b) => a - b)[Math.floor(spans.length / 2)]
  return middle === undefined ? undefined : milliseconds(middle)
}

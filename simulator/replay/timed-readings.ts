import { between, type DurationMs, type EpochMs, epochMs, milliseconds } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import { type RecordedReading, recordedTime } from './recorded-readings.ts'
import type { Row } from './row.ts'

export interface Timing {
  /** `now` moves all times by one and the same span; see {@link shiftToNow}. */
  readonly shift: 'none' | 'now'
  /** How many times as fast as it was recorded; null is as fast as it is acknowledged. */
  readonly speed: number | null
  /** Of times that name none, such as `+08:00`. */
  readonly zone: string
}

/**
 * How far times are to be moved. At the speed it was recorded the first row becomes now and the
 * others follow; at any other speed the newest becomes now, so that none lies in the future.
 */
export async function shiftToNow(
  rows: AsyncIterable<Row>,
  { shift, speed, zone }: Timing,
  now: EpochMs,
): Promise<DurationMs> {
  if (shift === 'none') return milliseconds(0)
  let mark: EpochMs | undefined
  for await (const row of rows) {
    const at = recordedTime(row, zone)
    if (at === undefined) continue
    mark = epochMs(Math.max(mark ?? at, at))
    if (speed === 1) break
  }
  return mark === undefined ? milliseconds(0) : between(mark, now)
}

/** Holds each reading back until its time has come; the first comes at once. */
export async function* inTime(
  readings: AsyncIterable<RecordedReading>,
  speed: number,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<RecordedReading> {
  const begunAt = clock.now()
  let first: EpochMs | undefined
  for await (const reading of readings) {
    first ??= reading.measuredAt
    const dueIn = (reading.measuredAt - first) / speed - (clock.now() - begunAt)
    if (dueIn > 0) await pauseUnless(signal, dueIn)
    if (signal.aborted) return
    yield reading
  }
}

// A timer takes at most 2^31 - 1 ms; a recording may rest for longer.
const LONGEST_PAUSE_MS = 86_400_000

async function pauseUnless(signal: AbortSignal, span_ms: number): Promise<void> {
  for (let left = span_ms; left > 0 && !signal.aborted; left -= LONGEST_PAUSE_MS) {
    await new Promise<void>((resolve) => {
      const over = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', over)
        resolve()
      }
      const timer = setTimeout(over, Math.min(left, LONGEST_PAUSE_MS))
      signal.addEventListener('abort', over)
    })
  }
}

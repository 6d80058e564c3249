import { type DurationMs, type EpochMs, milliseconds } from '#model/time.ts'
import { recordedTime } from './recorded-readings.ts'
import type { Row } from './row.ts'

const LOOKED_AT = 1_000

/**
 * How far apart the rows of a recording usually are: the median of its first thousand spans.
 * Undefined when it has no two rows of different times. A rule takes a silence of several such
 * spans for one, so a device must not be registered as if it reported more often.
 */
export async function usualInterval(
  rows: AsyncIterable<Row>,
  zone: string,
): Promise<DurationMs | undefined> {
  const spans: number[] = []
  let before: EpochMs | undefined
  for await (const row of rows) {
    const at = recordedTime(row, zone)
    if (at === undefined) continue
    if (before !== undefined && at !== before) spans.push(Math.abs(at - before))
    before = at
    if (spans.length === LOOKED_AT) break
  }
  const middle = spans.sort((a, b) => a - b)[Math.floor(spans.length / 2)]
  return middle === undefined ? undefined : milliseconds(middle)
}

import type { ChannelValue } from '#model/channel.ts'
import { type DurationMs, type EpochMs, plus } from '#model/time.ts'
import { type ColumnMapping, mapRow } from './column-mapping.ts'
import { parseRecordedTime } from './recorded-time.ts'
import type { Row } from './row.ts'
import { SeenReadings } from './seen-readings.ts'

/** One measurement as the recording has it. */
export interface RecordedReading {
  /** After the shift. */
  readonly measuredAt: EpochMs
  /** 0 but where several different rows have the same time. */
  readonly seq: number
  readonly values: Readonly<Record<string, ChannelValue>>
  readonly segment: number
  /** The same time and values as an earlier row. */
  readonly repeated: boolean
}

export interface ReadingOptions {
  /** Of times that name none. */
  readonly zone: string
  readonly mappings: readonly ColumnMapping[]
  readonly shift: DurationMs
}

/** What was read so far; `skipped` by reason. */
export const noReadings = () => ({
  rows: 0,
  distinct: 0,
  repeated: 0,
  skipped: new Map<string, number>(),
})
export type ReadingCounts = ReturnType<typeof noReadings>

export const recordedTime = ({ time }: Row, zone: string): EpochMs | undefined =>
  time === undefined ? undefined : parseRecordedTime(time, zone)

/** Turns rows into readings; what cannot be turned is counted by its reason and left out. */
export async function* recordedReadings(
  rows: AsyncIterable<Row>,
  { zone, mappings, shift }: ReadingOptions,
  counts: ReadingCounts,
): AsyncGenerator<RecordedReading> {
  const seen = new SeenReadings()
  const skip = (reason: string): void => {
    counts.skipped.set(reason, (counts.skipped.get(reason) ?? 0) + 1)
  }
  for await (const row of rows) {
    counts.rows += 1
    const recordedAt = recordedTime(row, zone)
    if (recordedAt === undefined) {
      skip(row.time === undefined ? 'no time' : 'time cannot be read')
      continue
    }
    const mapped = mapRow(row, mappings)
    if ('fault' in mapped) {
      skip(mapped.fault)
      continue
    }
    const { seq, repeated } = seen.note(recordedAt, JSON.stringify(mapped.values))
    if (repeated) counts.repeated += 1
    else counts.distinct += 1
    const { values } = mapped
    yield { measuredAt: plus(recordedAt, shift), seq, values, segment: row.segment, repeated }
  }
}

import type { ChannelValue } from '#model/channel.ts'
import { type DurationMs, type EpochMs, plus } from '#model/time.ts'
import { mapRow } from './column-mapping.ts'
import { deviceOf } from './device-naming.ts'
import { parseRecordedTime } from './recorded-time.ts'
import type { RecordingSource } from './recording-source.ts'
import type { Row } from './row.ts'
import { SeenReadings } from './seen-readings.ts'

/** What a row says. */
export interface Measurement {
  /** Id of the device. */
  readonly device: string
  readonly measuredAt: EpochMs
  readonly values: Readonly<Record<string, ChannelValue>>
  readonly segment: number
}

/** One measurement as the recording has it. `measuredAt` is after the shift. */
export interface RecordedReading extends Measurement {
  /** 0 but where several different rows of a device have the same time. */
  readonly seq: number
  /** The same time and values as an earlier row of the device. */
  readonly repeated: boolean
}

/** What was read so far; `skipped` by reason. */
export const noReadings = () => ({
  rows: 0,
  distinct: 0,
  repeated: 0,
  skipped: new Map<string, number>(),
})
export type ReadingCounts = ReturnType<typeof noReadings>

/** What a recording needs to be understood. */
export type Meaning = Pick<RecordingSource, 'naming' | 'zone' | 'mappings'>

/** What a row says, or why it cannot be used. */
export function understand(
  row: Row,
  { naming, zone, mappings }: Meaning,
): Measurement | { readonly fault: string } {
  if (row.fault !== undefined) return { fault: row.fault }
  const named = deviceOf(row, naming)
  if ('fault' in named) return named
  if (row.time === undefined) return { fault: 'no time' }
  const measuredAt = parseRecordedTime(row.time, zone)
  if (measuredAt === undefined) return { fault: 'time cannot be read' }
  const mapped = mapRow(row, mappings)
  if ('fault' in mapped) return mapped
  return { device: named.id, measuredAt, values: mapped.values, segment: row.segment }
}

/** Turns rows into readings; what cannot be turned is counted by its reason and left out. */
export async function* recordedReadings(
  rows: AsyncIterable<Row>,
  meaning: Meaning,
  shift: DurationMs,
  counts: ReadingCounts,
): AsyncGenerator<RecordedReading> {
  const seen = new Map<string, SeenReadings>()
  for await (const row of rows) {
    counts.rows += 1
    const said = understand(row, meaning)
    if ('fault' in said) {
      counts.skipped.set(said.fault, (counts.skipped.get(said.fault) ?? 0) + 1)
      continue
    }
    const { device, measuredAt, values } = said
    const own = seen.get(device) ?? new SeenReadings()
    seen.set(device, own)
    const { seq, repeated } = own.note(measuredAt, JSON.stringify(values))
    if (repeated) counts.repeated += 1
    else counts.distinct += 1
    yield { ...said, measuredAt: plus(measuredAt, shift), seq, repeated }
  }
}

import type { ChannelValue } from '#model/channel.ts'
import type { StoredReading } from '#model/reading.ts'
import type { EpochMs } from '#model/time.ts'

/** Before the channels: device, measuredAt, seq, receivedAt, serverClock. After them: extra. */
const CHANNELS_FROM = 5

/** A row in the order of `readingColumns`, with the value parsers of `databaseTypes`. */
export function storedReading(row: readonly unknown[]): StoredReading {
  return {
    measuredAt: row[1] as EpochMs,
    seq: row[2] as number,
    receivedAt: row[3] as EpochMs,
    serverClock: row[4] as boolean,
    values: row.slice(CHANNELS_FROM, -1).map((value) => (value ?? undefined) as ChannelValue),
    extra: row.at(-1) as StoredReading['extra'],
  }
}

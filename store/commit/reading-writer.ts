import type { Channel, ChannelValue } from '#model/channel.ts'
import { Rejected } from '#model/error.ts'
import { type DeviceKind, readingTable } from '#model/kind.ts'
import type { Reading } from '#model/reading.ts'
import type { CopyBuffer } from './copy-buffer.ts'

/** Writes readings of one kind as rows of its table. */
export interface ReadingWriter {
  readonly table: string
  /** In the order in which {@link write} writes them. */
  readonly columns: readonly string[]
  write(buffer: CopyBuffer, reading: Reading): void
}

const IDENTITY = ['device_id', 'measured_at', 'seq', 'received_at', 'server_clock'] as const
// Three instants and numbers of 12 bytes, one boolean of 5, the lengths of id and extra.
const FIXED_BYTES = 3 * 12 + 5 + 4 + 4
const CHANNEL_BYTES = 12

type WriteChannel = (buffer: CopyBuffer, value: ChannelValue) => void

/** The columns of a reading table that Wanmi writes and reads. */
export const readingColumns = (kind: DeviceKind): readonly string[] => [
  ...IDENTITY,
  ...kind.channels.map(({ name }) => name),
  'extra',
]

/** Works out once per kind what would otherwise be asked for every value. */
export function readingWriter(kind: DeviceKind): ReadingWriter {
  const columns = readingColumns(kind)
  const channels: readonly WriteChannel[] = kind.channels.map(channelWriter)
  const count = channels.length
  const fixedBytes = FIXED_BYTES + count * CHANNEL_BYTES
  const write = (buffer: CopyBuffer, reading: Reading): void => {
    const { device, values, extra } = reading
    const extraText = extra === null ? '' : JSON.stringify(extra)
    buffer.row(columns.length, fixedBytes + (device.id.length + extraText.length) * 3 + 1)
    buffer.text(device.id)
    buffer.timestamp(reading.measuredAt)
    buffer.int64(reading.seq)
    buffer.timestamp(reading.receivedAt)
    buffer.boolean(reading.serverClock)
    for (let index = 0; index < count; index++) {
      const value = values[index]
      if (value === undefined) buffer.none()
      else (channels[index] as WriteChannel)(buffer, value)
    }
    if (extra === null) buffer.none()
    else buffer.json(extraText)
  }
  return { table: readingTable(kind), columns, write }
}

function channelWriter({ name, type }: Channel): WriteChannel {
  if (type === 'number') return (buffer, value) => buffer.double(value as number)
  if (type === 'boolean') return (buffer, value) => buffer.boolean(value as boolean)
  return (buffer, value) => {
    // What PostgreSQL would answer to the text; in binary the number would silently wrap.
    if ((value as number) !== ((value as number) | 0)) {
      throw new Rejected('database-refused', `${name} is not a whole number of 32 bits`, {
        detail: { field: name },
      })
    }
    buffer.int32(value as number)
  }
}

import type { ChannelValue } from './channel.ts'
import type { Device } from './device.ts'
import type { EpochMs } from './time.ts'

/**
 * One measurement of one device. Its identity is device + `measuredAt` + `seq`; a second reading
 * of the same identity is a duplicate, whatever it carries.
 */
export interface Reading {
  readonly device: Device
  readonly measuredAt: EpochMs
  /** 0 where the device sends none and has a clock. */
  readonly seq: number
  readonly receivedAt: EpochMs
  /** `measuredAt` is our clock's because the device sent none. */
  readonly serverClock: boolean
  /** In the order of the kind's channels; undefined where the reading has none. */
  readonly values: readonly (ChannelValue | undefined)[]
  /** Channels the kind does not know, kept as they came. Null when there are none. */
  readonly extra: Readonly<Record<string, unknown>> | null
}

/** A stored reading without its device: what history hands back. */
export type StoredReading = Omit<Reading, 'device'>

/** Orders the readings of one device by event time; 0 means the same identity. */
export const compareReadings = (
  a: Pick<Reading, 'measuredAt' | 'seq'>,
  b: Pick<Reading, 'measuredAt' | 'seq'>,
): number => a.measuredAt - b.measuredAt || a.seq - b.seq

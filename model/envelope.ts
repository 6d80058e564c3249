import type { EpochMs } from './time.ts'

/** One message as it came through the door of the broker. */
export interface Envelope {
  /** The authenticated sender. */
  readonly deviceId: string
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: 0 | 1 | 2
  /** Of a replayed message: when it first came, or now where it was ahead of the clock then. */
  readonly receivedAt: EpochMs
  /** The quarantine entry that is run again; null for a message from the broker. */
  readonly replayOf: string | null
}

import type { Batch, CommitOutcome } from '#model/commit.ts'
import type { Device } from '#model/device.ts'
import type { Envelope } from '#model/envelope.ts'
import type { EpochMs } from '#model/time.ts'

/** The devices ingest asks for, once per message: it must answer at once. */
export interface Registry {
  find(id: string): Device | undefined
}

/**
 * Takes batches, one at a time, and with a spool what comes out of that besides. It resolves when
 * everything the batch causes is committed, however long the database is away; it rejects with
 * `Rejected('database-refused')` when the values are at fault; whatever else it throws ends the
 * service.
 */
export interface Sink {
  process(batch: Batch): Promise<CommitOutcome>
}

/** Called once per message, when it is safe, in the order in which the messages arrived. */
export type Settled<Message extends Envelope> = (message: Message) => void

export interface SpoolRecord {
  /** Of the process that wrote it, a UUID. */
  readonly generation: string
  /** Rises by one with each record of a generation. */
  readonly number: number
  readonly takenAt: EpochMs
  readonly body: Uint8Array
}

/** A queue on the disk that outlives the process. */
export interface Spool {
  /** Most bytes; 0: nothing is to be added, only drained. */
  readonly maxBytes: number
  /** Nothing waits, and nothing is being written. */
  readonly isEmpty: boolean
  /**
   * Resolves when the record is safe; undefined when there is no room.
   *
   * @throws Unavailable when it cannot be written
   */
  append(body: Uint8Array, takenAt: EpochMs): Promise<SpoolRecord | undefined>
  /** The next record that was not handed out, the oldest first; undefined when there is none now. */
  next(): Promise<SpoolRecord | undefined>
  /** These are in the database. */
  release(records: readonly SpoolRecord[]): Promise<void>
  /** Keeps a record that cannot be understood for people to look at. */
  putAside(record: SpoolRecord): Promise<void>
}

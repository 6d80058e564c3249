import type { Batch, CommitOutcome } from '#model/commit.ts'
import type { Device } from '#model/device.ts'
import type { Envelope } from '#model/envelope.ts'

/** The devices ingest asks for, once per message: it must answer at once. */
export interface Registry {
  find(id: string): Device | undefined
}

/**
 * Takes batches, one at a time. It resolves when everything the batch causes is committed, however
 * long the database is away; it rejects with `Rejected('database-refused')` when the values are at
 * fault; whatever else it throws ends the service.
 */
export interface Sink {
  process(batch: Batch): Promise<CommitOutcome>
}

/** Called once per message, when it is committed, in the order in which the messages arrived. */
export type Settled<Message extends Envelope> = (message: Message) => void

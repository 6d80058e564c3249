import type { Ingest } from '#ingest/ingest.ts'
import type { Envelope } from '#model/envelope.ts'

/** Runs a message of the quarantine again; resolves when what becomes of it is stored. */
export const replayEnvelope = (ingest: Ingest, envelope: Envelope): Promise<void> =>
  new Promise((resolve) => {
    ingest.offer(envelope, () => resolve())
  })

import type { Envelope } from '#model/envelope.ts'

/** Takes the messages of one topic. */
export interface Taker {
  /** Settles the message when what it says is stored, or it is in the quarantine. */
  take(message: Envelope, settled: () => void): void
}

import type { Envelope } from '#model/envelope.ts'

const REPLAY_DIGITS = 12

/**
 * Sequence numbers for readings that carry neither a time nor a number of their own. Their time is
 * ours, so two of them can fall into one millisecond, or the clock may be set back: the numbers of
 * one process only rise, and keep them apart and in order.
 */
export class SeqSource {
  #last = -1

  /**
   * A message that is run again must give the same reading each time: its numbers follow from the
   * entry's id (48 of its bits, far above what a process counts to).
   */
  next({ replayOf }: Envelope, item: number): number {
    if (replayOf === null) return ++this.#last
    return Number.parseInt(replayOf.replaceAll('-', '').slice(0, REPLAY_DIGITS), 16) + item
  }
}

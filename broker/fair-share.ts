/** Of a message that says little. */
const LIGHT_BYTES = 1_024
/** What a device that reports now and then may have said at once. */
const MOST = 5
/** Beats until it may say one more; there are two a second. */
const BEATS_PER_MESSAGE = 2

/**
 * Whether a client says little and seldom. While thousands empty their memories, one that does so is
 * read before them. It is not known of a client that has said nothing yet: it may be about to say
 * all it kept.
 */
export class FairShare {
  #isSmall = false
  #left = MOST
  #beat = 0

  /** It said so many bytes, at the beat of that number. */
  said(bytes: number, beat: number): void {
    this.#earn(beat)
    this.#isSmall = bytes <= LIGHT_BYTES
    if (this.#left > 0) this.#left -= 1
  }

  hasTurn(beat: number): boolean {
    this.#earn(beat)
    return this.#isSmall && this.#left >= 1
  }

  #earn(beat: number): void {
    if (beat === this.#beat) return
    this.#left = Math.min(MOST, this.#left + (beat - this.#beat) / BEATS_PER_MESSAGE)
    this.#beat = beat
  }
}

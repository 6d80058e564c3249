const UNRELEASED_MAX = 10_000

/**
 * The receiver's half of QoS 2: the packet ids of messages that were taken and that the sender has
 * not released yet. A message sent again under such an id is the same message. Part of the session:
 * where a session is kept, this outlives the connection.
 */
export class ReceivedIds {
  /** By packet id, whether the message is committed. */
  readonly #ids = new Map<number, boolean>()

  /** The sender starts ever new messages and releases none, which the standard does not allow. */
  get isOverfull(): boolean {
    return this.#ids.size > UNRELEASED_MAX
  }

  /** What is known of a message that comes with this id; from now on it is known. */
  take(messageId: number): 'new' | 'waiting' | 'committed' {
    const isCommitted = this.#ids.get(messageId)
    if (isCommitted !== undefined) return isCommitted ? 'committed' : 'waiting'
    this.#ids.set(messageId, false)
    return 'new'
  }

  commit(messageId: number): void {
    if (this.#ids.has(messageId)) this.#ids.set(messageId, true)
  }

  /** The sender knows; the id may stand for another message now. */
  release(messageId: number): void {
    this.#ids.delete(messageId)
  }
}

/** How a run sends. */
export interface Traffic {
  /** PUBACKs since {@link measure}, whenever their messages were sent. */
  readonly acknowledged: number
  start(): void
  /** From now on it counts. */
  measure(): void
  /** Nothing more is sent. Resolves when what was counted is answered, or has been given up. */
  stop(): Promise<Sent>
}

/** What came of the messages that counted. */
export interface Sent {
  /** From when a message was to be sent to its PUBACK. */
  readonly pubackMs: (share: number) => number
  /** How late the generator itself was with its messages; 0 where it does not keep to a time. */
  readonly lateMs: (share: number) => number
  /** Messages that were not acknowledged. */
  readonly unanswered: number
}

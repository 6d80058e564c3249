/** A message of an open client as it is handed on. */
export interface OpenMessage {
  readonly topic: string
  /** Its own bytes: no slice of what came through a socket. */
  readonly payload: Buffer
  readonly qos: 0 | 1 | 2
  /** It is sent because it was retained, not because it has just come. */
  readonly retain: boolean
}

export const sizeOf = ({ topic, payload }: OpenMessage): number =>
  Buffer.byteLength(topic) + payload.length

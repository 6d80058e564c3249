import { Buffer } from 'node:buffer'
import type { Connection, Submittable } from 'pg'

const QUERY = 'Q'.charCodeAt(0)

/**
 * Statements of which some are `COPY … FROM STDIN`, and the data of these, sent in one write without
 * waiting for an answer in between. The server takes them in their order; after an error it skips
 * the remaining statements and drops the remaining data. A whole transaction so takes one round
 * trip.
 *
 * With `pg-copy-streams` each COPY waits for its own permission to send and is cut into stream
 * chunks: `bench/copy.ts` measures both.
 */
export class Pipeline implements Submittable {
  readonly #statements: string
  readonly #data: readonly Uint8Array[]
  readonly #answer = Promise.withResolvers<readonly string[]>()
  readonly #tags: string[] = []

  constructor(statements: readonly string[], data: readonly Uint8Array[]) {
    this.#statements = statements.join(';\n')
    this.#data = data
  }

  /** The command tags, such as `COPY 100`, one per statement. Rejects with an error of `pg`. */
  get done(): Promise<readonly string[]> {
    return this.#answer.promise
  }

  submit(connection: Connection): void {
    const { stream } = connection
    stream.cork()
    stream.write(queryMessage(this.#statements))
    for (const data of this.#data) stream.write(data)
    stream.uncork()
  }

  handleCommandComplete(message: { readonly text: string }): void {
    this.#tags.push(message.text)
  }

  handleReadyForQuery(): void {
    this.#answer.resolve(this.#tags)
  }

  handleError(error: Error): void {
    this.#answer.reject(error)
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
}

function queryMessage(text: string): Uint8Array {
  const length = Buffer.byteLength(text)
  const message = Buffer.allocUnsafe(length + 6)
  message[0] = QUERY
  message.writeInt32BE(length + 5, 1)
  message.write(text, 5)
  message[length + 5] = 0
  return message
}

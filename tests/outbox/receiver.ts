import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly id: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Answers a notice; what it does not answer stays without an answer. */
export type Reply = (notice: Received, response: ServerResponse) => void

export const taken: Reply = (_notice, response) => void response.writeHead(204).end()

export const refused =
  (status: number, text = '', headers: Readonly<Record<string, string>> = {}): Reply =>
  (_notice, response) =>
    void response.writeHead(status, headers).end(text)

/** The other system: a real HTTP server on this machine that keeps all it was sent. */
export class Receiver {
  readonly received: Received[] = []
  reply: Reply = taken
  readonly #server = createServer((request, response) => void this.#take(request, response))
  readonly #waiting = new Set<() => void>()

  static async start(): Promise<Receiver> {
    const receiver = new Receiver()
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/notices`
  }

  get ids(): readonly string[] {
    return this.received.map(({ id }) => id)
  }

  /** Resolves when so many notices have come in all. */
  async until(count: number): Promise<void> {
    while (this.received.length < count) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined)
    const parts: Buffer[] = []
    try {
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
    } catch {
      // Whoever sent it died on the way: nothing was received.
      return
    }
    const headers = request.headers as Record<string, string>
    const notice = {
      id: headers['webhook-id'] ?? '',
      path: request.url ?? '',
      headers,
      body: Buffer.concat(parts).toString(),
    }
    this.received.push(notice)
    this.reply(notice, response)
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}

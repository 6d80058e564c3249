import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly token: string
  readonly contentType: string
  readonly body: string
}

export interface FakeAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Answers HTTP as a test says and remembers what it was asked. */
export class FakeService implements AsyncDisposable {
  readonly requests: FakeRequest[] = []
  readonly #answer: (request: FakeRequest) => FakeAnswer
  readonly #server: Server

  private constructor(answer: (request: FakeRequest) => FakeAnswer) {
    this.#answer = answer
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  static async open(answer: (request: FakeRequest) => FakeAnswer): Promise<FakeService> {
    const service = new FakeService(answer)
    service.#server.listen(0, '127.0.0.1')
    await once(service.#server, 'listening')
    return service
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await read(request)
    this.requests.push(asked)
    const { status = 200, headers = {}, body = null } = this.#answer(asked)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

async function read(request: IncomingMessage): Promise<FakeRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    token: request.headers.authorization?.replace('Bearer ', '') ?? '',
    contentType: request.headers['content-type'] ?? '',
    body: Buffer.concat(chunks).toString('utf8'),
  }
}

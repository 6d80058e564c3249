import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A network between a client and the database that fails on command. */
export class CuttingProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #swallow = false
  #swallowFromCommit = false
  #onSwallowed: (() => void) | undefined

  private constructor(server: Server) {
    this.#server = server
  }

  static async open(target: URL, port = 0): Promise<CuttingProxy> {
    const server = createServer()
    const proxy = new CuttingProxy(server)
    server.on('connection', (client) => {
      const upstream = connect(Number(target.port || 5432), target.hostname)
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        proxy.#sockets.add(from)
        from.on('error', () => to.destroy())
        from.on('close', () => {
          proxy.#sockets.delete(from)
          to.destroy()
        })
      }
      client.on('data', (bytes) => upstream.write(bytes))
      upstream.on('data', (bytes) => {
        const isCommit = bytes.includes('COMMIT')
        if (isCommit && proxy.#swallowFromCommit) proxy.#swallow = true
        if (!proxy.#swallow) client.write(bytes)
        else if (isCommit) proxy.#onSwallowed?.()
      })
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return proxy
  }

  url(target: string): string {
    const url = new URL(target)
    url.hostname = '127.0.0.1'
    url.port = String((this.#server.address() as AddressInfo).port)
    return url.href
  }

  /** From now on nothing of what the database says arrives. */
  swallowAnswers(): void {
    this.#swallow = true
  }

  /** As `swallowAnswers`, from the answer to the next COMMIT. */
  swallowFromCommit(): void {
    this.#swallowFromCommit = true
  }

  /** Resolves when the database has said that it committed and nobody heard it. */
  async swallowedCommit(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onSwallowed = resolve
    })
  }

  /** Breaks all connections; new ones work. */
  cut(): void {
    this.#swallow = false
    this.#swallowFromCommit = false
    for (const socket of this.#sockets) socket.destroy()
  }

  close(): void {
    this.cut()
    this.#server.close()
  }
}

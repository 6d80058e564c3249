import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** How bad a line is. */
export interface LineFault {
  /** What comes is passed on so much later, each piece by a time of its own up to twice that. */
  readonly delay_ms: number
  /** At most so many bytes in one piece; 0 passes on what came as it came. */
  readonly drip_bytes: number
  /** Between two such pieces. */
  readonly dripEvery_ms: number
}

const GOOD_LINE: LineFault = { delay_ms: 0, drip_bytes: 0, dripEvery_ms: 0 }

/** A network between two programs on this machine that fails on command. */
export class FaultProxy {
  readonly #server: Server
  readonly #target: () => { readonly host: string; readonly port: number }
  readonly #sockets = new Set<Socket>()
  #line = GOOD_LINE
  #isRefusing = false
  #held: PromiseWithResolvers<void> | undefined
  #swallow = false
  #swallowFromCommit = false
  #onSwallowed: (() => void) | undefined

  private constructor(target: () => { host: string; port: number }) {
    this.#target = target
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
      if (this.#isRefusing) client.resetAndDestroy()
      else this.#join(client)
    })
  }

  /** In front of what listens at that address; where it moves, a function says where it is now. */
  static async open(target: URL | (() => number), port = 0): Promise<FaultProxy> {
    const address =
      target instanceof URL
        ? () => ({ host: target.hostname, port: Number(target.port || 5432) })
        : () => ({ host: '127.0.0.1', port: target() })
    const proxy = new FaultProxy(address)
    proxy.#server.listen(port, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The same address, by way of the proxy. */
  url(target: string): string {
    const url = new URL(target)
    url.hostname = '127.0.0.1'
    url.port = String(this.port)
    return url.href
  }

  /** How many connections go through it. */
  get connections(): number {
    return this.#sockets.size / 2
  }

  /** From now on both ways are like this; without an argument they are good again. */
  worsen(fault: Partial<LineFault> = {}): void {
    this.#line = { ...GOOD_LINE, ...fault }
  }

  /** Nothing passes either way, and nobody is told. */
  hold(): void {
    this.#held ??= Promise.withResolvers<void>()
  }

  /** What was held passes. */
  release(): void {
    this.#held?.resolve()
    this.#held = undefined
  }

  /** Turns new connections away, or takes them again. */
  refuse(isRefusing: boolean): void {
    this.#isRefusing = isRefusing
  }

  /** From now on nothing of what the target says arrives. */
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

  /** Breaks a share of the connections, in the middle of whatever they carry; new ones work. */
  cut(share = 1): void {
    this.#swallow = false
    this.#swallowFromCommit = false
    for (const socket of this.#sockets) if (Math.random() < share) socket.destroy()
    if (share === 1) this.release()
  }

  close(): void {
    this.cut()
    this.#server.close()
  }

  #join(client: Socket): void {
    const target = connect({ ...this.#target(), allowHalfOpen: true, noDelay: true })
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      this.#sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        this.#sockets.delete(from)
        to.destroy()
      })
    }
    void this.#carry(client, target, () => true)
    void this.#carry(target, client, (bytes) => this.#passes(bytes))
  }

  async #carry(from: Socket, to: Socket, passes: (bytes: Buffer) => boolean): Promise<void> {
    try {
      for await (const bytes of from as AsyncIterable<Buffer>) {
        if (this.#held) await this.#held.promise
        if (to.destroyed) return
        if (passes(bytes)) await this.#pass(bytes, to)
      }
      to.end()
    } catch {
      // A connection that breaks is what this is for; its other half is closed by its events.
      to.destroy()
    }
  }

  async #pass(bytes: Buffer, to: Socket): Promise<void> {
    const { delay_ms, drip_bytes, dripEvery_ms } = this.#line
    if (delay_ms > 0) await sleep(delay_ms * 2 * Math.random())
    const piece = drip_bytes || bytes.length
    for (let at = 0; at < bytes.length; at += piece) {
      if (at > 0 && this.#line.drip_bytes > 0) await sleep(dripEvery_ms)
      if (to.destroyed) return
      if (!to.write(bytes.subarray(at, at + piece))) await drained(to)
    }
  }

  #passes(bytes: Buffer): boolean {
    const isCommit = (this.#swallow || this.#swallowFromCommit) && bytes.includes('COMMIT')
    if (isCommit && this.#swallowFromCommit) this.#swallow = true
    if (!this.#swallow) return true
    if (isCommit) this.#onSwallowed?.()
    return false
  }
}

const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('drain', resolve)
    socket.once('close', () => resolve())
  })

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Credential, DeviceDirectory, ProgramDirectory } from './ports.ts'

/** `busy`: too many others wait to be checked. */
export type Verdict = 'accepted' | 'unknown' | 'wrong' | 'disabled' | 'busy'

export interface CredentialCheckOptions {
  readonly directory: Pick<DeviceDirectory, 'credential'>
  /** Accounts that come with a token, where any may. */
  readonly programs?: ProgramDirectory | undefined
  readonly verify: (secret: string, hash: string) => Promise<boolean>
  /** How many are verified at once; each takes a thread of the pool. */
  readonly concurrency?: number
  /** How many more may wait. */
  readonly waitingMax?: number
}

// The pool has four threads, and files and names want some of them too.
const CONCURRENCY = 2
const WAITING_MAX = 50_000

interface Known {
  readonly hash: string
  readonly mac: Buffer
}

/**
 * Checks secrets against their hashes. A secret that was right is remembered as a keyed digest under
 * a key that only this process has, so that ten thousand devices that come back at once cost
 * microseconds each and not milliseconds of scrypt; it is forgotten when the stored hash changes.
 */
export class CredentialCheck {
  readonly #directory: Pick<DeviceDirectory, 'credential'>
  readonly #programs: ProgramDirectory | undefined
  readonly #verify: CredentialCheckOptions['verify']
  readonly #waitingMax: number
  readonly #key = randomBytes(32)
  readonly #known = new Map<string, Known>()
  /** Verifications under way, so that a device that tries again waits for the same one. */
  readonly #running = new Map<string, Promise<boolean>>()
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(options: CredentialCheckOptions) {
    const { directory, programs, verify, concurrency, waitingMax } = options
    this.#directory = directory
    this.#programs = programs
    this.#verify = verify
    this.#free = concurrency ?? CONCURRENCY
    this.#waitingMax = waitingMax ?? WAITING_MAX
  }

  /**
   * That a device is disabled is said only to one that has its secret. A name that no device has may
   * be the login of an account. A token is looked up by its SHA-256, which takes no time that tells
   * anything of those there are.
   */
  async check(name: string, secret: Buffer): Promise<Verdict> {
    const credential = this.#directory.credential(name)
    if (credential) return this.#checkDevice(name, secret, credential)
    if (!this.#programs?.has(name)) return 'unknown'
    return this.#programs.find(name, secret.toString()) ? 'accepted' : 'wrong'
  }

  async #checkDevice(deviceId: string, secret: Buffer, credential: Credential): Promise<Verdict> {
    const mac = createHmac('sha256', this.#key).update(`${deviceId}\0`).update(secret).digest()
    if (!this.#isKnown(deviceId, credential.hash, mac)) {
      const key = `${mac.toString('base64')} ${credential.hash}`
      if (!this.#running.has(key) && this.#waiting.length >= this.#waitingMax) return 'busy'
      if (!(await this.#verifyOnce(key, secret, credential.hash))) return 'wrong'
      this.#known.set(deviceId, { hash: credential.hash, mac })
    }
    // Asked again: it may have changed while we waited.
    const now = this.#directory.credential(deviceId)
    if (now?.hash !== credential.hash) return 'wrong'
    return now.enabled ? 'accepted' : 'disabled'
  }

  #isKnown(deviceId: string, hash: string, mac: Buffer): boolean {
    const known = this.#known.get(deviceId)
    return known?.hash === hash && timingSafeEqual(known.mac, mac)
  }

  #verifyOnce(key: string, secret: Buffer, hash: string): Promise<boolean> {
    let running = this.#running.get(key)
    if (!running) {
      running = this.#verifyInTurn(secret, hash).finally(() => this.#running.delete(key))
      this.#running.set(key, running)
    }
    return running
  }

  async #verifyInTurn(secret: Buffer, hash: string): Promise<boolean> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await this.#verify(secret.toString(), hash)
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }
}

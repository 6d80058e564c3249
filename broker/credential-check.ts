import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { FairQueue } from './guards/fair-queue.ts'
import type { Guards } from './guards/guards.ts'
import type { DeviceDirectory, ProgramDirectory } from './ports.ts'

/** `busy`: too many others wait to be checked. `held-back`: it was tried too often. */
export type Verdict = 'accepted' | 'unknown' | 'wrong' | 'disabled' | 'busy' | 'held-back'

export interface CredentialCheckOptions {
  readonly directory: Pick<DeviceDirectory, 'credential'>
  /** Accounts that come with a token, where any may. */
  readonly programs?: ProgramDirectory | undefined
  readonly verify: (secret: string, hash: string) => Promise<boolean>
  readonly guards: Pick<Guards, 'guesses' | 'nuisances'>
  /** How many are verified at once; each takes a thread of the pool. */
  readonly concurrency?: number
  /** How many more may wait. */
  readonly waitingMax?: number
}

// The pool has four threads, and files and names want some of them too.
const CONCURRENCY = 2
const WAITING_MAX = 50_000
const WRONG_KEPT = 50_000

// What no secret fits: an unknown device takes as long as a known one, so that time does not tell
// which are registered.
const DECOY = `scrypt$1024$8$1$${randomBytes(16).toString('base64url')}$${randomBytes(32).toString('base64url')}`

interface Known {
  readonly hash: string
  readonly mac: Buffer
}

/** `right` and `wrong` are of the secret itself. */
type Outcome = 'right' | 'wrong' | 'busy' | 'held-back'

/**
 * Checks secrets against their hashes. A secret that was right is remembered as a keyed digest under
 * a key that only this process has, so that ten thousand devices that come back at once cost
 * microseconds each and not milliseconds of scrypt; it is forgotten when the stored hash changes.
 * Such a device comes in whatever others try in its name. One that was wrong is remembered too, so
 * that a device that is set up wrongly and never gives up costs as little.
 */
export class CredentialCheck {
  readonly #directory: Pick<DeviceDirectory, 'credential'>
  readonly #programs: ProgramDirectory | undefined
  readonly #verify: CredentialCheckOptions['verify']
  readonly #guards: CredentialCheckOptions['guards']
  readonly #key = randomBytes(32)
  readonly #known = new Map<string, Known>()
  readonly #wrong = new Set<string>()
  /** Verifications under way, so that a device that tries again waits for the same one. */
  readonly #running = new Map<string, Promise<Outcome>>()
  readonly #queue: FairQueue
  #free: number

  constructor(options: CredentialCheckOptions) {
    const { directory, programs, verify, guards, concurrency, waitingMax } = options
    this.#directory = directory
    this.#programs = programs
    this.#verify = verify
    this.#guards = guards
    this.#free = concurrency ?? CONCURRENCY
    this.#queue = new FairQueue(waitingMax ?? WAITING_MAX)
  }

  /**
   * Whether a token is one of an account's. It is looked up by its SHA-256, which takes no time that
   * tells anything of those there are; whoever guesses is held back as with devices.
   */
  async checkProgram(login: string, token: Buffer, address: string): Promise<Verdict> {
    const { guesses, nuisances } = this.#guards
    const delay = guesses.reserve(login, address, performance.now())
    if (delay === undefined || guesses.isSpent(address, performance.now())) {
      nuisances.note('guesses', { address, deviceId: '' })
      return 'held-back'
    }
    if (delay > 0) await sleep(delay, undefined, { ref: false })
    const isRight = this.#programs?.find(login, token.toString()) !== undefined
    if (isRight) guesses.succeeded(login, address, performance.now())
    else guesses.failed(address, performance.now())
    return isRight ? 'accepted' : 'wrong'
  }

  /** That a device is disabled is said only to one that has its secret. */
  async check(deviceId: string, secret: Buffer, address: string): Promise<Verdict> {
    const credential = this.#directory.credential(deviceId)
    const hash = credential?.hash ?? DECOY
    const mac = createHmac('sha256', this.#key).update(`${deviceId}\0`).update(secret).digest()
    if (!this.#isKnown(deviceId, hash, mac)) {
      const key = `${mac.toString('base64')} ${hash}`
      const outcome = this.#wrong.has(key)
        ? 'wrong'
        : await this.#verifyOnce(key, { deviceId, secret, hash, address })
      if (outcome !== 'right') return outcome === 'wrong' && !credential ? 'unknown' : outcome
      this.#known.set(deviceId, { hash, mac })
    }
    // Asked again: it may have changed while we waited.
    const now = this.#directory.credential(deviceId)
    if (now?.hash !== hash) return 'wrong'
    return now.enabled ? 'accepted' : 'disabled'
  }

  #isKnown(deviceId: string, hash: string, mac: Buffer): boolean {
    const known = this.#known.get(deviceId)
    return known?.hash === hash && timingSafeEqual(known.mac, mac)
  }

  #verifyOnce(key: string, guess: Guess): Promise<Outcome> {
    let running = this.#running.get(key)
    if (!running) {
      running = this.#verifyInTime(key, guess).finally(() => this.#running.delete(key))
      this.#running.set(key, running)
    }
    return running
  }

  async #verifyInTime(key: string, guess: Guess): Promise<Outcome> {
    const { deviceId, address } = guess
    const { guesses } = this.#guards
    const delay = guesses.reserve(deviceId, address, performance.now())
    if (delay === undefined) return this.#holdBack(guess)
    if (delay > 0) await sleep(delay, undefined, { ref: false })
    const isRight = await this.#verifyInTurn(guess)
    if (typeof isRight === 'string') return isRight
    if (isRight) guesses.succeeded(deviceId, address, performance.now())
    else {
      guesses.failed(address, performance.now())
      this.#rememberWrong(key)
    }
    return isRight ? 'right' : 'wrong'
  }

  async #verifyInTurn(guess: Guess): Promise<boolean | 'busy' | 'held-back'> {
    const { guesses } = this.#guards
    const { secret, hash, address } = guess
    if (this.#free > 0) this.#free--
    else {
      const isSuspect = guesses.isSuspect(address, performance.now())
      if (!(await this.#queue.wait(address, isSuspect))) return 'busy'
    }
    try {
      // Others of its address may have failed while it waited.
      if (guesses.isSpent(address, performance.now())) return this.#holdBack(guess)
      return await this.#verify(secret.toString(), hash)
    } finally {
      if (!this.#queue.next()) this.#free++
    }
  }

  /** The name is told only where it is that of a device: else it may be anything, also a secret. */
  #holdBack({ deviceId, address }: Guess): 'held-back' {
    const isDevice = this.#directory.credential(deviceId) !== undefined
    this.#guards.nuisances.note('guesses', { address, deviceId: isDevice ? deviceId : '' })
    return 'held-back'
  }

  #rememberWrong(key: string): void {
    this.#wrong.add(key)
    if (this.#wrong.size <= WRONG_KEPT) return
    const [oldest] = this.#wrong
    if (oldest !== undefined) this.#wrong.delete(oldest)
  }
}

interface Guess {
  readonly deviceId: string
  readonly secret: Buffer
  readonly hash: string
  readonly address: string
}

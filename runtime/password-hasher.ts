import { randomBytes } from 'node:crypto'
import { Unavailable } from '#model/error.ts'
import { hashWith, type SecretCost, verifySecret } from './secret.ts'

/** As much work as OWASP asks for: 32 MiB, and a fifth to half of a second of one core. */
const PASSWORD_COST: SecretCost = { cost: 32_768, blockSize: 8, parallelization: 3 }

/** Of the four threads that do such work, readings and files keep the others. */
const AT_ONCE = 2
const WAITING_MAX = 32

/**
 * Stretches the passwords of people, a few at a time: whoever floods the sign-in waits, or is turned
 * away, and takes nothing from the rest of the service.
 */
export class PasswordHasher {
  readonly #cost: SecretCost
  readonly #decoy: string
  #running = 0
  readonly #waiting: (() => void)[] = []

  /** Another cost than that for people is for tests, which have no time. */
  constructor(cost: SecretCost = PASSWORD_COST) {
    this.#cost = cost
    const { cost: n, blockSize: r, parallelization: p } = cost
    const [salt, hash] = [randomBytes(16), randomBytes(32)].map((it) => it.toString('base64url'))
    this.#decoy = ['scrypt', n, r, p, salt, hash].join('$')
  }

  /** @throws Unavailable('not-ready') when too many wait already, as all of these do */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => hashWith(normalized(password), this.#cost))
  }

  /** Whether it is the one that was hashed. Where there is none, no takes as long as any other. */
  verify(password: string, stored: string | null): Promise<boolean> {
    return this.#inTurn(async () => {
      const fits = await verifySecret(normalized(password), stored ?? this.#decoy)
      return fits && stored !== null
    })
  }

  /** Whether a stored hash costs something else than one made now. */
  isOutdated(stored: string): boolean {
    const { cost, blockSize, parallelization } = this.#cost
    return !stored.startsWith(`scrypt$${cost}$${blockSize}$${parallelization}$`)
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= AT_ONCE) await this.#wait()
    else this.#running += 1
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running -= 1
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= WAITING_MAX) {
      throw new Unavailable('not-ready', 'too many people sign in at once; try again')
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }
}

/** One text however the keyboard composed it (NIST SP 800-63B, 3.1.1.2). */
const normalized = (password: string): string => password.normalize('NFKC')

import { randomBytes } from 'node:crypto'
import { type EpochMs, minutes, plus } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { OidcChecks } from './oidc-client.ts'

/** A sign-in that was sent to the provider and has not come back. */
export interface PendingSignIn {
  readonly checks: OidcChecks
  /** The page to go to afterwards. */
  readonly returnTo: string
}

/** Somebody may have to look for a second factor. */
export const PENDING_SPAN = minutes(10)
const PENDING_MAX = 10_000

/** Sign-ins under way, by what the browser that began each was given. Each is taken up once. */
export class PendingSignIns {
  readonly #clock: Clock
  readonly #pending = new Map<string, PendingSignIn & { readonly until: EpochMs }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(pending: PendingSignIn): string {
    const id = randomBytes(32).toString('base64url')
    this.#pending.set(id, { ...pending, until: plus(this.#clock.now(), PENDING_SPAN) })
    for (const oldest of this.#pending.keys()) {
      if (this.#pending.size <= PENDING_MAX) break
      this.#pending.delete(oldest)
    }
    return id
  }

  take(id: string): PendingSignIn | undefined {
    const found = this.#pending.get(id)
    this.#pending.delete(id)
    return found && found.until > this.#clock.now() ? found : undefined
  }
}

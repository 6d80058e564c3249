import type { Clock } from '#runtime/clock.ts'
import type { PasswordHasher } from '#runtime/password-hasher.ts'

/** What a service of a test has another of. */
export interface Exchanged {
  readonly clock?: Clock
  /** One that takes no time. */
  readonly hasher?: PasswordHasher
}

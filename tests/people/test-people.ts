import type { Pool } from 'pg'
import type { People } from '#api/people-routes.ts'
import { type Clock, systemClock } from '#runtime/clock.ts'
import { type Config, readConfig } from '#runtime/config.ts'
import { silentLogger } from '#runtime/logger.ts'
import { PasswordHasher } from '#runtime/password-hasher.ts'
import { oidcPolicy } from '#store/people/oidc-policy.ts'
import { openPeople } from '#store/people/open-people.ts'

export interface TestPeopleOptions {
  readonly clock?: Clock
  readonly config?: Partial<Config['people']>
  readonly oidc?: Partial<Config['oidc']>
  readonly provider?: People['provider']
  readonly hasher?: PasswordHasher
}

/** A password costs a test as little as it may. */
export const CHEAP = { cost: 16, blockSize: 1, parallelization: 1 }

/** People over a database, as the service has them but for the cost of a password. */
export async function openTestPeople(pool: Pool, options: TestPeopleOptions = {}) {
  const { clock = systemClock, provider = null } = options
  const defaults = readConfig({})
  const people = await openPeople({
    pool,
    clock,
    config: { ...defaults.people, ...options.config },
    policy: oidcPolicy({ ...defaults.oidc, ...options.oidc }),
    log: silentLogger,
    hasher: options.hasher ?? new PasswordHasher(CHEAP),
  })
  return { ...people, provider }
}

export type TestPeople = Awaited<ReturnType<typeof openTestPeople>>

import type { Pool } from 'pg'
import type { Clock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import { PasswordHasher } from '#runtime/password-hasher.ts'
import { createAccessTokens } from './access-tokens.ts'
import { createAccountRegistry } from './account-registry.ts'
import { Attempts } from './attempts.ts'
import { AuditLog } from './audit-log.ts'
import { createDepartmentRegistry } from './department-registry.ts'
import { createDutyGridRegistry } from './duty-grid-registry.ts'
import { IdentityDirectory } from './identity-directory.ts'
import type { OidcPolicy } from './oidc-policy.ts'
import { createOidcSignIn } from './oidc-sign-in.ts'
import { createPasswords } from './passwords.ts'
import { createSessions } from './sessions.ts'
import { createPasswordSignIn } from './sign-in.ts'

export interface PeopleOptions {
  readonly pool: Pool
  readonly config: Config['people']
  readonly policy: OidcPolicy
  readonly clock: Clock
  readonly log: Logger
  readonly hasher?: PasswordHasher | undefined
}

/** Everything about people over one database, with all who may come in read into memory. */
export async function openPeople(options: PeopleOptions) {
  const { pool, clock, log, config, policy, hasher = new PasswordHasher() } = options
  const identities = await IdentityDirectory.open({ pool, clock, log, config })
  const attempts = new Attempts({ pool, clock }, config)
  const context = { pool, clock, log, config, identities, attempts, hasher }
  return {
    identities,
    audit: new AuditLog({ pool, clock }),
    accounts: createAccountRegistry(context),
    departments: createDepartmentRegistry(context),
    dutyGrids: createDutyGridRegistry(context),
    sessions: createSessions(context),
    tokens: createAccessTokens(context),
    passwords: Object.assign(createPasswordSignIn(context), createPasswords(context)),
    oidc: createOidcSignIn(context, policy),
    clock,
  }
}

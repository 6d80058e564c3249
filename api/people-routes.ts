import type { Clock } from '#runtime/clock.ts'
import type { App } from './app.ts'
import type { AuditWriter } from './audit-requests.ts'
import type { Identities } from './authentication.ts'
import type { EndOfIdentities } from './open-answers.ts'
import { type Accounts, accountRoutes } from './routes/account-routes.ts'
import { accountSessionRoutes } from './routes/account-session-routes.ts'
import { type AuditReader, auditRoutes } from './routes/audit-routes.ts'
import { type Departments, departmentRoutes } from './routes/department-routes.ts'
import { type DutyGrids, dutyGridRoutes } from './routes/duty-grid-routes.ts'
import { type OidcSignIn, oidcRoutes } from './routes/oidc-routes.ts'
import { type AccessTokens, ownSessionRoutes, type Sessions } from './routes/own-session-routes.ts'
import { type Passwords, sessionRoutes } from './routes/session-routes.ts'
import type { OidcClient } from './sign-in/oidc-client.ts'
import type { OwnAddress } from './sign-in/own-address.ts'
import type { SessionCookie } from './sign-in/session-cookie.ts'

/** What the API needs of those who keep accounts, sessions and the audit log. */
export interface People {
  readonly identities: Identities & EndOfIdentities
  readonly passwords: Passwords
  readonly sessions: Sessions
  readonly tokens: AccessTokens
  readonly accounts: Accounts
  readonly departments: Departments
  readonly dutyGrids: DutyGrids
  readonly audit: AuditWriter & AuditReader
  readonly oidc: OidcSignIn
  /** Sign-in with a provider, with what the sign-in page calls it; null: there is none. */
  readonly provider: { readonly client: OidcClient; readonly title: string } | null
  readonly clock: Clock
}

/** Nobody but whoever has the admin token. */
export const NOBODY: Pick<People, 'identities' | 'provider' | 'audit'> = {
  identities: { ofToken: () => undefined, ofSession: () => undefined, onEnded: () => () => {} },
  provider: null,
  audit: {
    write: () => Promise.resolve(),
    list: async () => Promise.resolve({ items: [], next: null }),
  },
}

export function peopleRoutes(
  app: App,
  people: People,
  { own, cookie }: { readonly own: OwnAddress; readonly cookie: SessionCookie },
): void {
  const { identities, accounts, passwords, sessions, tokens, provider, clock } = people
  const oidcTitle = provider?.title ?? null
  sessionRoutes(app, { passwords, accounts, sessions, identities, cookie, own, oidcTitle })
  const client = provider?.client ?? null
  oidcRoutes(app, { client, signIn: people.oidc, cookie, own, clock })
  ownSessionRoutes(app, sessions, tokens)
  accountRoutes(app, accounts, passwords)
  accountSessionRoutes(app, sessions, tokens)
  departmentRoutes(app, people.departments)
  dutyGridRoutes(app, people.dutyGrids)
  auditRoutes(app, people.audit)
}

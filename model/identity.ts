import type { Principal } from './principal.ts'
import type { EpochMs } from './time.ts'

/** By what somebody is known: the admin token, a token of an account, or a session of a browser. */
export type CredentialKind = 'admin-token' | 'access-token' | 'session'

/** Who asks and how that is known. */
export interface Identity {
  readonly principal: Principal
  readonly kind: CredentialKind
  /** Of the session or token; null for the admin token. */
  readonly credentialId: string | null
  /** Until when, if nothing ends it before; a session that is used lasts longer. */
  readonly expiresAt: EpochMs | null
  /** The password has to be changed before anything else. */
  readonly passwordDue: boolean
}

/** What a sign-in hands out. */
export interface OpenedSession {
  /** What the browser is to show from now on; it is kept nowhere else. */
  readonly token: string
  readonly accountId: string
}

/** Where a sign-in comes from. */
export interface Origin {
  readonly address: string
  /** What the browser calls itself. */
  readonly agent: string | null
}

/** A browser in which somebody is signed in. */
export interface BrowserSession {
  readonly id: string
  readonly way: 'password' | 'oidc'
  readonly address: string | null
  readonly agent: string | null
  readonly createdAt: EpochMs
  readonly lastSeenAt: EpochMs
  readonly expiresAt: EpochMs
}

/** A token that lets a program in as the account it is of. */
export interface AccessToken {
  readonly id: string
  readonly label: string
  readonly createdAt: EpochMs
  /** Null: when it is revoked. */
  readonly expiresAt: EpochMs | null
  readonly lastUsedAt: EpochMs | null
  readonly revokedAt: EpochMs | null
}

/** Whom a provider of OpenID Connect vouches for, and what it says of them. */
export interface VouchedFor {
  readonly issuer: string
  readonly subject: string
  readonly claims: Readonly<Record<string, unknown>>
}

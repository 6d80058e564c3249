import type { People } from '#api/people-routes.ts'
import type { Principal } from '#model/principal.ts'

/** People of a test who have no account, and those who have one. */
export const withStandIns = (
  accounts: People['identities'],
  principals: ReadonlyMap<string, Principal>,
): People['identities'] => ({
  ofToken(token, isGlance) {
    const principal = principals.get(token)
    if (principal === undefined) return accounts.ofToken(token, isGlance)
    const kind = 'access-token' as const
    return { principal, kind, credentialId: null, expiresAt: null, passwordDue: false }
  },
  ofSession: (token, isGlance) => accounts.ofSession(token, isGlance),
  onEnded: (listener) => accounts.onEnded(listener),
})

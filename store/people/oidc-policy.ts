import { Rejected } from '#model/error.ts'
import { ROLES, type Role } from '#model/role.ts'
import type { Config } from '#runtime/config.ts'

/** Who of a provider's users may come in, and as what. */
export interface OidcPolicy {
  readonly accountClaim: 'email' | 'preferred_username' | 'none'
  readonly createAccounts: boolean
  readonly rolesClaim: string
  readonly departmentClaim: string
  /** Role of each value of the claim. */
  readonly roles: ReadonlyMap<string, Role>
}

/** @throws Rejected('bad-configuration') */
export function oidcPolicy(config: Config['oidc']): OidcPolicy {
  const roles = config.roles.map((pair): readonly [string, Role] => {
    const at = pair.lastIndexOf('=')
    const role = ROLES.find((name) => name === pair.slice(at + 1))
    if (at > 0 && role !== undefined) return [pair.slice(0, at), role]
    const sentence = `OIDC_ROLES must be CLAIM=ROLE with one of ${ROLES.join(', ')}`
    throw new Rejected('bad-configuration', sentence)
  })
  if (config.createAccounts && roles.length === 0) {
    throw new Rejected('bad-configuration', 'OIDC_CREATE_ACCOUNTS needs OIDC_ROLES')
  }
  const { createAccounts, rolesClaim, departmentClaim } = config
  const accountClaim = config.accountClaim as OidcPolicy['accountClaim']
  return { accountClaim, createAccounts, rolesClaim, departmentClaim, roles: new Map(roles) }
}

export type Claims = Readonly<Record<string, unknown>>

/** A claim by name; `a.b` is `b` in `a` where no claim has the whole name. */
function claimOf(claims: Claims, name: string): unknown {
  if (name in claims) return claims[name]
  return name
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value ? (value as Claims)[key] : undefined),
      claims,
    )
}

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null

/** What the claims say of somebody, as far as the policy believes them. */
export function readClaims(claims: Claims, policy: OidcPolicy) {
  const verified = claims['email_verified'] === true || claims['email_verified'] === 'true'
  const given = claimOf(claims, policy.rolesClaim)
  const values = Array.isArray(given)
    ? given
    : typeof given === 'string'
      ? given.split(/[\s,]+/)
      : []
  const roles = values.flatMap((value) => policy.roles.get(String(value)) ?? [])
  return {
    email: verified ? textOf(claims['email']) : null,
    login: textOf(claims['preferred_username']),
    name: textOf(claims['name']),
    departmentId: textOf(claimOf(claims, policy.departmentClaim)),
    roles: [...new Set(roles)],
  }
}

import type { People } from '#api/people-routes.ts'
import { OidcClient } from '#api/sign-in/oidc-client.ts'
import type { ProgramDirectory } from '#broker/ports.ts'
import { Rejected } from '#model/error.ts'
import { minutes } from '#model/time.ts'
import type { Terminals } from '#monitor/terminals.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'
import type { Logger } from '#runtime/logger.ts'
import type { PasswordHasher } from '#runtime/password-hasher.ts'
import { repeat } from '#runtime/repeat.ts'
import type { Database } from '#store/database.ts'
import type { IdentityDirectory } from '#store/people/identity-directory.ts'
import { oidcPolicy } from '#store/people/oidc-policy.ts'
import { openPeople } from '#store/people/open-people.ts'
import type { Staff } from './cases.ts'

interface PeoplePartsOptions {
  readonly config: Pick<Config, 'people' | 'oidc' | 'http'>
  readonly pool: Database['pool']
  readonly clock: Clock
  readonly log: Logger
  readonly hasher?: PasswordHasher | undefined
}

const KEEP_EVERY = minutes(1)

/** Accounts, sessions and the audit log, and the provider of OpenID Connect where there is one. */
export async function openPeopleParts({ config, pool, clock, log, hasher }: PeoplePartsOptions) {
  const provider = providerOf(config)
  const policy = oidcPolicy(config.oidc)
  const people = await openPeople({ pool, config: config.people, policy, clock, log, hasher })
  const stop = repeat('keeping sessions', KEEP_EVERY, () => people.identities.keep(), log)
  const ports: People = { ...people, provider }
  /** Who works in the city at a moment, as the flow of cases asks. */
  const staff = (terminals: Pick<Terminals, 'onDuty'>): Staff => {
    const inspectors = people.identities.withRole('inspector')
    const now = clock.now()
    const roster = inspectors.flatMap(({ principal, deviceId }) => {
      const carried = deviceId === null ? undefined : terminals.onDuty(deviceId, now)
      const { accountId, name, scope } = principal
      const onDuty = carried ? { place: carried.place } : null
      return accountId === null ? [] : [{ accountId, name, areas: scope.areas, onDuty }]
    })
    return {
      departments: people.identities.departments,
      inspectors: roster.flatMap(({ accountId, areas, onDuty }) =>
        onDuty ? [{ accountId, place: onDuty.place, areas }] : [],
      ),
      roster,
      isInspector: (accountId) =>
        inspectors.some(({ principal }) => principal.accountId === accountId),
    }
  }
  return {
    people: ports,
    staff,
    carrierOf: (deviceId: string) => people.identities.ofTerminal(deviceId),
    terminalOf: (accountId: string) => people.identities.terminalOf(accountId),
    programs: programsOf(people.identities),
    onEnded: people.identities.onEnded.bind(people.identities),
    async close(): Promise<void> {
      await stop()
      await people.identities.close()
    },
  }
}

/** The accounts of other systems, as the broker asks for them. */
const programsOf = (
  identities: Pick<IdentityDirectory, 'hasProgram' | 'ofProgram'>,
): ProgramDirectory => ({
  has: (login) => identities.hasProgram(login),
  find(login, token) {
    const identity = identities.ofProgram(login, token)
    const { accountId } = identity?.principal ?? {}
    if (!identity?.credentialId || !accountId) return undefined
    return { accountId, credentialId: identity.credentialId, expiresAt: identity.expiresAt }
  },
})

const CALLBACK = '/api/v1/session/oidc/callback'

/** @throws Rejected('bad-configuration') */
function providerOf({ oidc, http }: Pick<Config, 'oidc' | 'http'>): People['provider'] {
  const { issuer, clientId, clientSecret, scopes, title } = oidc
  if (issuer === null) return null
  const redirectUrl =
    oidc.redirectUrl ??
    (http.publicUrl === null ? null : (URL.parse(CALLBACK, http.publicUrl)?.href ?? null))
  if (clientId === null || redirectUrl === null) {
    const sentence = 'OIDC_ISSUER needs OIDC_CLIENT_ID, and OIDC_REDIRECT_URL or PUBLIC_URL'
    throw new Rejected('bad-configuration', sentence)
  }
  const client = new OidcClient({ issuer, clientId, clientSecret, redirectUrl, scopes })
  return { client, title }
}

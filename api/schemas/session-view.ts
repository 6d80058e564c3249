import { Type } from 'typebox'
import { Instant, showInstant } from '#api/instant.ts'
import type { Account } from '#model/account.ts'
import type { BrowserSession, Identity } from '#model/identity.ts'
import { ROLES } from '#model/role.ts'
import { formatInstant } from '#model/time.ts'
import { nullable } from './shared.ts'

const codes = nullable(Type.Array(Type.String()))

export const SessionView = Type.Object(
  {
    kind: Type.Union([
      Type.Literal('session'),
      Type.Literal('access-token'),
      Type.Literal('admin-token'),
    ]),
    accountId: nullable(Type.String()),
    login: nullable(Type.String()),
    name: Type.String(),
    roles: Type.Array(Type.Enum([...ROLES])),
    departmentId: nullable(Type.String()),
    deviceId: nullable(Type.String({ description: 'The terminal of an inspector.' })),
    scope: Type.Object(
      { areas: codes, networks: codes, departments: codes },
      { description: 'What is seen; null: not bounded in that respect.' },
    ),
    passwordDue: Type.Boolean({
      description: 'The password has to be changed before anything else can be done.',
    }),
    csrf: nullable(
      Type.String({
        description: 'To be sent as `x-csrf-token` with every change of this session.',
      }),
    ),
    expiresAt: nullable(
      Type.String({ format: 'date-time', description: 'Unless it is used or ended before.' }),
    ),
  },
  { $id: 'Session', description: 'Who asks, and what that lets them see.' },
)

export function showSession(
  identity: Identity,
  account: Account | null,
  csrf: string | null,
): Type.Static<typeof SessionView> {
  const { kind, principal, passwordDue, expiresAt } = identity
  const { areas, networks, departments } = principal.scope
  const copy = (list: readonly string[] | null): string[] | null => list && [...list]
  return {
    kind,
    accountId: principal.accountId,
    login: account?.login ?? null,
    name: principal.name,
    roles: [...principal.roles],
    departmentId: account?.departmentId ?? null,
    deviceId: account?.deviceId ?? null,
    scope: { areas: copy(areas), networks: copy(networks), departments: copy(departments) },
    passwordDue,
    csrf,
    expiresAt: showInstant(expiresAt),
  }
}

export const BrowserSessionView = Type.Object(
  {
    id: Type.String(),
    way: Type.Union([Type.Literal('password'), Type.Literal('oidc')]),
    address: nullable(Type.String()),
    agent: nullable(Type.String({ description: 'What the browser calls itself.' })),
    createdAt: Instant,
    lastSeenAt: Type.String({ format: 'date-time', description: 'To a minute or so.' }),
    expiresAt: Instant,
    current: Type.Boolean({ description: 'The one that asks.' }),
  },
  { $id: 'BrowserSession', description: 'A browser in which an account is signed in.' },
)

export const showBrowserSession = (
  session: BrowserSession,
  currentId: string | null,
): Type.Static<typeof BrowserSessionView> => ({
  id: session.id,
  way: session.way,
  address: session.address,
  agent: session.agent,
  createdAt: formatInstant(session.createdAt),
  lastSeenAt: formatInstant(session.lastSeenAt),
  expiresAt: formatInstant(session.expiresAt),
  current: session.id === currentId,
})

import { Type } from 'typebox'
import { DEPARTMENT_ROLES, ROLES, type Role, rolesFault } from './role.ts'
import type { EpochMs } from './time.ts'

/** Letters of any script, digits and `._@+-`. What is typed in capitals is the same login. */
export const LOGIN_PATTERN = '^[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N}._@+-]{0,63}$'

/** A login as it is stored and compared: however it was typed, it is one text. */
export const loginOf = (typed: string): string => typed.trim().normalize('NFKC').toLowerCase()

/** The beginning of area codes: a district, a street, a community or a unit grid. */
export const AREA_CODE_PATTERN = '^([0-9]{6}|[0-9]{9}|[0-9]{12}|[0-9]{15})$'

const Name = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' })
const nullable = { type: ['string', 'null'] as const }
const Id = { ...nullable, minLength: 1, maxLength: 128 }

/** At a provider of OpenID Connect: who it is there, for good. */
export interface OidcSubject {
  readonly issuer: string
  readonly subject: string
}

/** Who an account is of and what it may: all that somebody states of it, but for the password. */
export const AccountFields = Type.Object(
  {
    login: Type.String({ pattern: LOGIN_PATTERN, description: 'Kept in small letters.' }),
    name: Name,
    email: Type.Unsafe<string | null>({
      ...nullable,
      maxLength: 254,
      pattern: '^[^\\s@]+@[^\\s@]+$',
    }),
    roles: Type.Array(Type.Enum([...ROLES]), { minItems: 1, maxItems: ROLES.length }),
    departmentId: Type.Unsafe<string | null>({
      ...Id,
      description: 'Of a department role: it sees the cases of this department and all below it.',
    }),
    areas: Type.Array(Type.String({ pattern: AREA_CODE_PATTERN }), {
      maxItems: 1_000,
      description:
        'Codes of districts (6 digits), streets (9), communities (12) and unit grids (15) that ' +
        'bound what it sees. None here and no duty grid: the whole city.',
    }),
    dutyGrids: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      maxItems: 1_000,
      description: 'Duty grids whose unit grids it sees, beside `areas`.',
    }),
    networks: Type.Array(Name, {
      maxItems: 1_000,
      description: 'Groups of devices it sees; a pipe operator without any sees none.',
    }),
    deviceId: Type.Unsafe<string | null>({ ...Id, description: 'The terminal of an inspector.' }),
    oidc: Type.Unsafe<OidcSubject | null>({
      type: ['object', 'null'],
      additionalProperties: false,
      required: ['issuer', 'subject'],
      properties: {
        issuer: { type: 'string', minLength: 1, maxLength: 500 },
        subject: { type: 'string', minLength: 1, maxLength: 255 },
      },
      description: 'Who it is at the provider of OpenID Connect; set at the first such sign-in.',
    }),
    enabled: Type.Boolean({
      description: 'False: it cannot sign in, and its tokens let nobody in.',
    }),
  },
  { additionalProperties: false },
)
export type AccountFields = Readonly<Type.Static<typeof AccountFields>>

/** Somebody, or some program, that works with Wanmi. */
export interface Account extends AccountFields {
  readonly id: string
  readonly hasPassword: boolean
  readonly passwordChangedAt: EpochMs | null
  /** Until the password is changed it can do nothing else. */
  readonly mustChangePassword: boolean
  readonly failedAttempts: number
  readonly lockedUntil: EpochMs | null
  readonly lastSignInAt: EpochMs | null
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

export const isOfDepartment = (roles: readonly Role[]): boolean =>
  roles.some((role) => (DEPARTMENT_ROLES as readonly Role[]).includes(role))

/** Why there can be no such account; undefined when there can. */
export function accountFault(
  account: Pick<AccountFields, 'roles' | 'departmentId' | 'deviceId' | 'oidc'> & {
    readonly hasPassword: boolean
  },
): string | undefined {
  const { roles, departmentId, deviceId, oidc, hasPassword } = account
  const fault = rolesFault(roles)
  if (fault !== undefined) return fault
  if (isOfDepartment(roles) && departmentId === null) return 'a department role needs a department'
  if (deviceId !== null && !roles.includes('inspector')) return 'only an inspector has a terminal'
  if (roles.includes('integration') && (hasPassword || oidc !== null)) {
    return 'an integration has tokens only: no password, and no subject of OpenID Connect'
  }
  return undefined
}

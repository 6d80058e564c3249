import type { Bilingual } from './text.ts'

/** What an account may be. An account has one or several; {@link rolesFault} says which go together. */
export const ROLES = [
  'inspector',
  'acceptor',
  'duty-officer',
  'dispatcher',
  'department-handler',
  'department-head',
  'pipe-operator',
  'engineer',
  'administrator',
  'integration',
] as const
export type Role = (typeof ROLES)[number]

export const ROLE_TITLES: Readonly<Record<Role, Bilingual>> = {
  inspector: { en: 'inspector', zh: '监督员' },
  acceptor: { en: 'acceptor', zh: '受理员' },
  'duty-officer': { en: 'duty officer', zh: '值班长' },
  dispatcher: { en: 'dispatcher', zh: '派遣员' },
  'department-handler': { en: 'department handler', zh: '处置员' },
  'department-head': { en: 'department head', zh: '专业部门负责人' },
  'pipe-operator': { en: 'pipe operator', zh: '管网运维员' },
  engineer: { en: 'engineer', zh: '技术工程师' },
  administrator: { en: 'administrator', zh: '系统管理员' },
  integration: { en: 'integration', zh: '对接系统' },
}

/** Those who find, file, dispatch, check and close. They never handle. */
export const SUPERVISION_ROLES = [
  'inspector',
  'acceptor',
  'duty-officer',
  'dispatcher',
] as const satisfies readonly Role[]

/** Those who handle. They never accept, dispatch, check or close. */
export const DEPARTMENT_ROLES = [
  'department-handler',
  'department-head',
] as const satisfies readonly Role[]

const isAny = (roles: readonly Role[], of: readonly Role[]): boolean =>
  roles.some((role) => of.includes(role))

/** Why these roles cannot be one account's; undefined when they can. */
export function rolesFault(roles: readonly Role[]): string | undefined {
  if (roles.length === 0) return 'an account needs a role'
  if (isAny(roles, SUPERVISION_ROLES) && isAny(roles, DEPARTMENT_ROLES)) {
    return 'who handles cases never accepts, dispatches, checks or closes them: not both in one account'
  }
  if (roles.includes('integration') && roles.length > 1) {
    return 'an integration is an account of a program and has no other role'
  }
  return undefined
}

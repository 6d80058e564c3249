import type { Role } from './role.ts'

/** What somebody may see and act on, whatever the role allows. Null: not bounded in that respect. */
export interface Scope {
  /**
   * Beginnings of area codes: 6 digits a district, 9 a street, 12 a community, 15 a unit grid. Duty
   * grids come as the unit grids they consist of.
   */
  readonly areas: readonly string[] | null
  /** Groups of devices: the networks of a pipe operator. */
  readonly networks: readonly string[] | null
  /** Ids of departments: the account's own and all below it. */
  readonly departments: readonly string[] | null
}

export const WHOLE_CITY: Scope = { areas: null, networks: null, departments: null }

/** Who asks: an account signed in, a program with its token, or the operator with the admin token. */
export interface Principal {
  /** UUID; null for the admin token, which is no account. */
  readonly accountId: string | null
  readonly name: string
  readonly roles: readonly Role[]
  readonly scope: Scope
}

/** Whether a place with that area code (a unit grid, or a district where no grid holds it) is seen. */
export const seesArea = ({ areas }: Pick<Scope, 'areas'>, areaCode: string | null): boolean =>
  areas === null || (areaCode !== null && areas.some((area) => areaCode.startsWith(area)))

export const seesNetwork = ({ networks }: Pick<Scope, 'networks'>, group: string | null): boolean =>
  networks === null || (group !== null && networks.includes(group))

export const seesDepartment = (
  { departments }: Pick<Scope, 'departments'>,
  departmentId: string | null,
): boolean => departments === null || (departmentId !== null && departments.includes(departmentId))

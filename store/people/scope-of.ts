import { isOfDepartment } from '#model/account.ts'
import type { Scope } from '#model/principal.ts'
import type { Role } from '#model/role.ts'

/** What of an account bounds what it sees. */
export interface Bounds {
  readonly roles: readonly Role[]
  readonly departmentId: string | null
  readonly areas: readonly string[]
  readonly dutyGrids: readonly string[]
  readonly networks: readonly string[]
}

/** What the bounds of accounts are made of. */
export interface City {
  /** Ids of the departments right below one. */
  readonly below: ReadonlyMap<string, readonly string[]>
  /** Codes of the unit grids of a duty grid. */
  readonly unitGrids: ReadonlyMap<string, readonly string[]>
}

/**
 * What an account sees, whatever its role allows.
 *
 * Areas: those it has and the unit grids of its duty grids; with neither, the whole city. A duty grid
 * that is empty or gone is not the whole city but nothing. Departments: whoever has a role of a
 * department is bounded by it and all below it. Networks: a pipe operator is bounded by those it has,
 * and without any sees none; whoever else has some is bounded by them too.
 */
export function scopeOf(account: Bounds, city: City): Scope {
  const { roles, departmentId, areas, dutyGrids, networks } = account
  const bounded = areas.length + dutyGrids.length > 0
  const grids = dutyGrids.flatMap((code) => city.unitGrids.get(code) ?? [])
  return {
    areas: bounded ? [...new Set([...areas, ...grids])] : null,
    networks: roles.includes('pipe-operator') || networks.length > 0 ? networks : null,
    departments: isOfDepartment(roles) ? withAllBelow(departmentId, city) : null,
  }
}

/** The department itself comes first. */
function withAllBelow(departmentId: string | null, { below }: City): readonly string[] {
  const found = new Set(departmentId === null ? [] : [departmentId])
  for (const id of found) {
    for (const child of below.get(id) ?? []) found.add(child)
  }
  return [...found]
}

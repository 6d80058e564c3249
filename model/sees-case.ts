import type { Case } from './case.ts'
import { type Scope, seesArea, seesDepartment, seesNetwork } from './principal.ts'

/** Whether a case is seen: by its own place, its network and the department it was dispatched to. */
export const seesCase = (
  scope: Scope,
  found: Pick<Case, 'areaCode' | 'network' | 'departmentId'>,
): boolean =>
  seesArea(scope, found.areaCode) &&
  seesNetwork(scope, found.network) &&
  seesDepartment(scope, found.departmentId)

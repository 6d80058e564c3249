import type { CaseBasis } from '#model/case-basis.ts'
import type { Scope } from '#model/principal.ts'
import { seesWholeCity } from '#model/scope-covers.ts'
import { seesDevice } from '#model/sees-device.ts'
import type { FindDevice } from './device-in-sight.ts'

/**
 * Why a case was opened, without what is beyond a scope: of several devices together only those that are
 * seen, and no other is counted. How many there are beyond the hundred that are named is told only to
 * those who see the whole city.
 */
export function narrowBasis(basis: CaseBasis, scope: Scope, findDevice: FindDevice): CaseBasis {
  const { group } = basis
  if (group === null || seesWholeCity(scope)) return basis
  const devices = group.devices.filter(({ id }) => seesDevice(scope, findDevice(id)))
  return { ...basis, group: { ...group, devices, deviceCount: devices.length } }
}

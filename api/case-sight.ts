import type { Case } from '#model/case.ts'
import type { CaseBasis } from '#model/case-basis.ts'
import type { Scope } from '#model/principal.ts'
import { seesWholeCity } from '#model/scope-covers.ts'
import { seesDevice } from '#model/sees-device.ts'
import type { FindDevice } from './device-in-sight.ts'

/**
 * What of a case that is seen is seen: whatever came of the device that opened it, be it where it may,
 * and of other devices what came of those within the scope.
 */
export function caseSight(found: Pick<Case, 'deviceId'>, scope: Scope, findDevice: FindDevice) {
  const sees = (deviceId: string): boolean =>
    deviceId === found.deviceId || seesDevice(scope, findDevice(deviceId))
  return {
    episodes: <Episode extends { readonly deviceId: string }>(all: readonly Episode[]): Episode[] =>
      all.filter(({ deviceId }) => sees(deviceId)),

    /**
     * Why it was opened: of several devices together only those that are seen, and no other is counted.
     * How many there are beyond the hundred that are named is told only to who sees the whole city.
     */
    basis(basis: CaseBasis): CaseBasis {
      const { group } = basis
      if (group === null || seesWholeCity(scope)) return basis
      const devices = group.devices.filter(({ id }) => sees(id))
      return { ...basis, group: { ...group, devices, deviceCount: devices.length } }
    },
  }
}

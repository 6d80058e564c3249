import { type Device, districtOf } from './device.ts'
import { partDistrict } from './part.ts'
import { type Scope, seesArea, seesNetwork } from './principal.ts'

/** The code of a device's area: of its unit grid, else of the district of its part; null: of none. */
export const areaOfDevice = (device: Pick<Device, 'gridCode' | 'partId'>): string | null =>
  device.gridCode ?? districtOf(device) ?? null

/**
 * Whether a device is seen. What has no area, as all that move, is in none; of what is not registered
 * any more nobody knows where it was. Both are seen only by whom nothing bounds in that respect.
 */
export const seesDevice = (
  scope: Scope,
  device: Pick<Device, 'gridCode' | 'partId' | 'group'> | undefined,
): boolean =>
  seesArea(scope, device === undefined ? null : areaOfDevice(device)) &&
  seesNetwork(scope, device?.group ?? null)

/** The code of a part's area: of its unit grid, else of the district its own code begins with. */
export const areaOfPart = (part: {
  readonly id: string
  readonly gridCode: string | null
}): string => part.gridCode ?? partDistrict(part.id)

/** Whether what has an area and is in no network, as parts and unit grids, is seen. */
export const seesPlace = (scope: Scope, areaCode: string): boolean =>
  seesArea(scope, areaCode) && seesNetwork(scope, null)

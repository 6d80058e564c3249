import { type Scope, seesArea, seesNetwork } from '#model/principal.ts'
import type { RuleOverride } from '#model/rule-override.ts'
import { seesWholeCity } from '#model/scope-covers.ts'
import { seesDevice } from '#model/sees-device.ts'
import type { FindDevice } from './device-in-sight.ts'
import type { DeviceRegistry } from './routes/device-routes.ts'

/** For whom an override is. */
type Whose = Pick<RuleOverride, 'scope' | 'key'>

/** What somebody may know and change of the values that parameters have for some devices only. */
export function overrideSight(
  within: Scope,
  findDevice: FindDevice,
  devices: Pick<DeviceRegistry, 'list'>,
) {
  const hasSeen = async (filter: { readonly group: string }): Promise<boolean> =>
    (await devices.list({ ...filter, limit: 1, scope: within })).items.length > 0

  return {
    /** Whether it can hold for a device that is seen. */
    async sees({ scope, key }: Whose): Promise<boolean> {
      if (seesWholeCity(within)) return true
      switch (scope) {
        case 'device':
          return seesDevice(within, findDevice(key))
        case 'group':
          return seesNetwork(within, key) && (await hasSeen({ group: key }))
        case 'partClass':
          return true
        default:
          return seesArea(within, key) || (within.areas ?? []).some((area) => area.startsWith(key))
      }
    },

    /** Whether it holds for nobody but devices that are seen. */
    changes({ scope, key }: Whose): boolean {
      if (seesWholeCity(within)) return true
      switch (scope) {
        case 'device':
          return seesDevice(within, findDevice(key))
        case 'group':
          return within.areas === null && seesNetwork(within, key)
        case 'partClass':
          return false
        default:
          return within.networks === null && seesArea(within, key)
      }
    },
  }
}

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
  const sight = {
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

    /** Whether it can hold for a device that is seen. */
    async sees({ scope, key }: Whose): Promise<boolean> {
      if (sight.changes({ scope, key })) return true
      switch (scope) {
        case 'device':
          return false
        case 'partClass':
          return true
        case 'group':
          return await hasDevice({ group: key, scope: within })
        default:
          return await hasDevice({ scope: { ...within, areas: common(within.areas, key) } })
      }
    },
  }
  return sight

  async function hasDevice(filter: { group?: string; scope: Scope }): Promise<boolean> {
    return (await devices.list({ ...filter, limit: 1 })).items.length > 0
  }
}

/** What lies both in a place and in one of some areas. */
const common = (areas: Scope['areas'], place: string): readonly string[] =>
  areas === null
    ? [place]
    : areas.flatMap((area) =>
        area.startsWith(place) ? [area] : place.startsWith(area) ? [place] : [],
      )

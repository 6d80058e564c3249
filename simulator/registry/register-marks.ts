import type { City } from '#simulator/world/city.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { type SewerPlace, sewerPlace } from '#simulator/world/water/sewer-place.ts'
import { layOutSewers } from '#simulator/world/water/sewer-tree.ts'
import { askService, type ServiceAddress } from './service-client.ts'

/** A height that a city knows of one of its sewers, where a rule that ships asks for it. */
export interface SewerMark {
  readonly rule: string
  readonly param: string
  readonly deviceId: string
  /** Above the invert, millimetres. */
  readonly value: number
}

/** What the pipe register of the city says of the places at which its devices are. */
export function sewerMarks(city: City): readonly SewerMark[] {
  const trees = {
    sewage: layOutSewers(city, 'foul'),
    stormwater: layOutSewers(city, 'storm'),
  }
  return city.devices.flatMap((device) => {
    const { medium, spot } = device
    if (!spot || (medium !== 'sewage' && medium !== 'stormwater')) return []
    return markOf(device, sewerPlace(trees[medium], spot))
  })
}

function markOf(
  { id, kind }: SimulatedDevice,
  { crown_m, ground_m }: SewerPlace,
): readonly SewerMark[] {
  const mark = (rule: string, param: string, metres: number): SewerMark => ({
    rule,
    param,
    deviceId: id,
    value: Math.round(metres * 1_000),
  })
  if (kind === 'pipe-gauge') return [mark('pipe-surcharge', 'crown_mm', crown_m)]
  if (kind !== 'manhole-cover') return []
  return [
    mark('manhole-surcharge', 'crown_mm', crown_m),
    mark('manhole-overflow', 'ground_mm', ground_m),
  ]
}

/**
 * Tells the service what the city knows of its sewers, as overrides of the rules that ship, one
 * request for each mark: for cities of hundreds, not of tens of thousands.
 *
 * @throws what {@link askService} throws, also where the service has not these rules
 */
export async function registerMarks(
  city: City,
  service: ServiceAddress,
  signal?: AbortSignal,
): Promise<void> {
  for (const { rule, param, deviceId, value } of sewerMarks(city)) {
    await askService(service, {
      method: 'PUT',
      path: `/api/v1/rules/${rule}/overrides`,
      body: JSON.stringify({ param, scope: 'device', key: deviceId, value }),
      ...(signal ? { signal } : {}),
    })
  }
}

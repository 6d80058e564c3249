import { Rejected } from '#model/error.ts'
import type { Part } from '#model/part.ts'
import type { Scenario } from '#simulator/scenario/scenario.ts'
import { kindFor, type RegistryCity, registryCity } from './registry-city.ts'
import { type RegistryRecords, readRegistry } from './registry-records.ts'
import type { ServiceAddress } from './service-client.ts'
import { simulatedSecrets } from './simulated-secrets.ts'

/**
 * The city of the registry's own devices, parts and grids, all of them; the scenario says what its
 * streets are made from and how many parts without a device are in it. Devices of a simulated city
 * know their secret, the others have none: see {@link ensureSecrets}.
 *
 * @throws Rejected('invalid-input') when no device is registered that could report; the errors of
 *   {@link askService}.
 */
export async function cityFromRegistry(
  service: ServiceAddress,
  { city, fleet }: Pick<Scenario, 'city' | 'fleet'>,
  signal?: AbortSignal,
): Promise<RegistryCity> {
  const records = await readRegistry(service, city.seed, signal)
  if (records.devices.length === 0) {
    const reasons = Object.entries(records.leftOut).map(([reason, count]) => `${count} ${reason}`)
    const others = reasons.length > 0 ? ` (left out: ${reasons.join(', ')})` : ''
    throw new Rejected('invalid-input', `the registry has no device that could report${others}`)
  }
  const secretOf = simulatedSecrets()
  return registryCity({
    ...records,
    parts: partsIn(records, fleet.unwatched),
    devices: records.devices.map((device) => ({ ...device, secret: secretOf(device) })),
  })
}

/** Parts of devices, and as many others per device as the scenario wants. */
function partsIn({ devices, parts }: RegistryRecords, unwatched: number): readonly Part[] {
  const watched = new Set(devices.map(({ partId }) => partId))
  const left = new Map<string, number>()
  for (const { kind } of devices) left.set(kind, (left.get(kind) ?? 0) + unwatched)
  return parts.filter((part) => {
    if (watched.has(part.id)) return true
    const kind = kindFor(part) ?? ''
    const more = Math.round(left.get(kind) ?? 0)
    if (more > 0) left.set(kind, more - 1)
    return more > 0
  })
}

import type { Part } from '#model/part.ts'
import type { CoordinateSystem, Place } from '#model/place.ts'
import type { UnitGrid } from '#model/unit-grid.ts'
import { registryItems } from './registry-pages.ts'
import type { ServiceAddress } from './service-client.ts'

/** A device as the registry tells it, as far as a city needs it. */
export interface RegisteredDevice {
  readonly id: string
  readonly kind: string
  readonly label: string | null
  readonly place: Place | null
  readonly address: string | null
  readonly partId: string | null
  readonly gridCode: string | null
  readonly group: string | null
  /** Null where it is not known: the registry does not tell it. */
  readonly secret: string | null
}

/** What a city of the registry's own devices is made from. Plain data: a worker makes the same. */
export interface RegistryRecords {
  /** Of the streets, and of everything that happens by chance. */
  readonly seed: string
  /** By id. */
  readonly devices: readonly RegisteredDevice[]
  /** Of the devices, and those without a device that are to be there. By id. */
  readonly parts: readonly Part[]
  readonly grids: readonly UnitGrid[]
  /** Devices that cannot take part, by reason. */
  readonly leftOut: Readonly<Record<string, number>>
}

interface ToldDevice extends Omit<RegisteredDevice, 'secret'> {
  readonly coordinateSystem: CoordinateSystem
  readonly enabled: boolean
}

type ToldPart = { readonly [Key in keyof Part]: Part[Key] | null } & {
  readonly place: Place | null
}

/**
 * Reads the devices, parts and grids of the registry. What is disabled is not let in, and what
 * moves and was declared in a shifted coordinate system would be shifted twice: both are left out.
 *
 * @throws the errors of {@link askService}.
 */
export async function readRegistry(
  service: ServiceAddress,
  seed: string,
  signal?: AbortSignal,
): Promise<RegistryRecords> {
  const devices: RegisteredDevice[] = []
  const leftOut: Record<string, number> = {}
  for await (const device of registryItems<ToldDevice>(service, '/api/v1/devices', signal)) {
    const reason = unfit(device)
    if (reason === undefined) devices.push(recorded(device))
    else leftOut[reason] = (leftOut[reason] ?? 0) + 1
  }
  const parts: Part[] = []
  for await (const part of registryItems<ToldPart>(service, '/api/v1/parts', signal)) {
    parts.push(partOf(part))
  }
  const grids: UnitGrid[] = []
  for await (const grid of registryItems<UnitGrid>(service, '/api/v1/grids', signal)) {
    const { code, district, street, community, geometry } = grid
    grids.push({ code, district, street, community, geometry })
  }
  return { seed, devices, parts, grids, leftOut }
}

const unfit = ({ enabled, place, coordinateSystem }: ToldDevice): string | undefined => {
  if (!enabled) return 'disabled'
  return place === null && coordinateSystem !== 'wgs84' ? `fixes in ${coordinateSystem}` : undefined
}

const recorded = (told: ToldDevice): RegisteredDevice => {
  const { id, kind, label, place, address, partId, gridCode, group } = told
  return { id, kind, label, place, address, partId, gridCode, group, secret: null }
}

/** As a part is written down: without what it has not. */
function partOf({ place, state, id, name, ...rest }: ToldPart): Part {
  const facts = {
    supervisingDepartment: rest.supervisingDepartment,
    owningDepartment: rest.owningDepartment,
    maintainingDepartment: rest.maintainingDepartment,
    gridCode: rest.gridCode,
    address: rest.address,
    note: rest.note,
    state,
    ...place,
  }
  const known = Object.entries(facts).filter(([, value]) => value !== null && value !== undefined)
  return { id, name, ...Object.fromEntries(known) } as Part
}

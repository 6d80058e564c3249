import type { Part } from '#model/part.ts'
import { partClass } from '#model/part.ts'
import type { Place } from '#model/place.ts'
import type { City } from '#simulator/world/city.ts'
import type { Medium, SimulatedDevice, Standing } from '#simulator/world/fixtures.ts'
import { localPlane, type Point } from '#simulator/world/local-plane.ts'
import { type StreetLine, streetLines } from '#simulator/world/street-line.ts'
import { planStreets } from '#simulator/world/street-plan.ts'
import { cutUnitGrids } from '#simulator/world/unit-grids.ts'
import { ACROSS, MIDDLE, UPRIGHT } from '#simulator/world/yuncheng.ts'
import { asStreetsLie, pointOf } from './nearest-stretch.ts'
import { ownGrids } from './own-grids.ts'
import { placedSpot, randomSpot, type Standpoint } from './placed-spot.ts'
import type { RegisteredDevice, RegistryRecords } from './registry-records.ts'

/** A city of the registry's own devices, and what it is made from. */
export interface RegistryCity extends City {
  /** Plain data: {@link registryCity} makes the same city of it in another thread. */
  readonly records: RegistryRecords
}

const FIXED = ['manhole-cover', 'bin-sensor', 'pipe-gauge']

/**
 * Builds a city around what is registered. Streets are laid around the middle of it, by the seed,
 * as far as it reaches; each device stands where it does, at the street that lies nearest. What
 * nobody has placed stands at a street by chance, and what moves does so on these streets.
 */
export function registryCity(records: RegistryRecords): RegistryCity {
  const { seed, devices, grids } = records
  const parts = new Map(records.parts.map((part) => [part.id, part]))
  const places = devices.flatMap((device) => placeOf(device, parts) ?? [])
  const middle = middleOf(places)
  const plane = localPlane(middle)
  const plan = planStreets(seed, mainsBeyond(seed, places.map(pointOf(plane))))
  const map = ownGrids(cutUnitGrids(plan, plane), grids)
  const ground = { plan, plane, map }
  const standpoint: Standpoint = { ground, toPoint: pointOf(plane) }
  const numbers = new Map<string, number>()
  const fleet = devices.map((device, index): SimulatedDevice => {
    const number = (numbers.get(device.kind) ?? 0) + 1
    numbers.set(device.kind, number)
    return { index, number, ...manned(device, seed, parts, standpoint) }
  })
  const watched = new Set(devices.map(({ partId }) => partId))
  const bare = records.parts.flatMap((part) =>
    watched.has(part.id) ? [] : (standing(part, standpoint) ?? []),
  )
  const own = { grids, parts: records.parts, devices: fleet, unwatched: bare }
  return { ...ground, seed, ...own, records }
}

function manned(
  device: RegisteredDevice,
  seed: string,
  parts: ReadonlyMap<string, Part>,
  standpoint: Standpoint,
): Omit<SimulatedDevice, 'index' | 'number'> {
  const { id, kind, label, group, address, gridCode } = device
  const part = (device.partId === null ? undefined : parts.get(device.partId)) ?? null
  const facts = { id, kind, secret: device.secret ?? '', label: label ?? id, group: group ?? '' }
  if (!FIXED.includes(kind)) return { ...facts, medium: null, spot: null, part }
  const place = placeOf(device, parts)
  const words = { address: address ?? part?.address, gridCode: gridCode ?? part?.gridCode }
  const spot = place ? placedSpot(standpoint, place, words) : randomSpot(standpoint, seed, id)
  return { ...facts, medium: mediumOf(kind, part), spot, part }
}

const placeOf = (
  { place, partId }: RegisteredDevice,
  parts: ReadonlyMap<string, Part>,
): Place | undefined => place ?? placeOfPart(partId === null ? undefined : parts.get(partId))

const placeOfPart = (part: Part | undefined): Place | undefined =>
  part?.lon_deg === undefined || part.lat_deg === undefined
    ? undefined
    : { lon_deg: part.lon_deg, lat_deg: part.lat_deg }

/** A part that could have a device and has none; undefined for all others. */
function standing(part: Part, standpoint: Standpoint): Standing | undefined {
  const place = placeOfPart(part)
  const kind = kindFor(part)
  if (!place || kind === undefined) return undefined
  return { kind, medium: mediumOf(kind, part), spot: placedSpot(standpoint, place, part), part }
}

// The classes both editions of the catalogue have in common (model/data/catalogue.json).
const BIN = '0305'
const MEDIA: Readonly<Record<string, Medium>> = {
  '0101': 'water',
  '0102': 'sewage',
  '0103': 'stormwater',
  '0104': 'stormwater',
  '0106': 'light',
  '0110': 'heat',
  '0111': 'gas',
  '0193': 'water',
}
const GAUGED = '0193'
const COVER = /井盖/

/** The kind of device that watches such a part; undefined where none does. */
export function kindFor({ id, name }: Part): string | undefined {
  const digits = partClass(id)
  if (digits === BIN) return 'bin-sensor'
  return digits !== GAUGED && (digits in MEDIA || COVER.test(name)) ? 'manhole-cover' : undefined
}

/** A cover of another class, of power or of a network, lies on a dry shaft as that of a light. */
function mediumOf(kind: string, part: Part | null): Medium | null {
  if (kind === 'bin-sensor') return null
  const medium = part ? MEDIA[partClass(part.id)] : 'sewage'
  if (kind === 'pipe-gauge') return medium === 'water' ? 'water' : 'sewage'
  return medium ?? 'light'
}

// A city within this of the one that a seed makes lies on the same streets.
const SAME_CITY_DEG = 0.05

/** The median of all places: one device far away does not draw the city after it. */
function middleOf(places: readonly Place[]): Place {
  if (places.length === 0) return MIDDLE
  const middle = (values: readonly number[]): number =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number
  const lon_deg = middle(places.map((place) => place.lon_deg))
  const lat_deg = middle(places.map((place) => place.lat_deg))
  const off = Math.max(Math.abs(lon_deg - MIDDLE.lon_deg), Math.abs(lat_deg - MIDDLE.lat_deg))
  return off < SAME_CITY_DEG ? MIDDLE : { lon_deg, lat_deg }
}

const BEYOND_MAX = 40
const WITHIN = 0.98
const MARGIN_M = 30

/** How many main streets beyond the named ones reach nearly all places; the others stand at the edge. */
function mainsBeyond(seed: string, points: readonly Point[]): number {
  const laid = points.map(asStreetsLie)
  for (let beyond = 0; beyond < BEYOND_MAX; beyond += 1) {
    const across = streetLines(seed, 'across', ACROSS, beyond)
    const upright = streetLines(seed, 'upright', UPRIGHT, beyond)
    const inside = laid.filter(
      ({ east_m, north_m }) => isWithin(upright, east_m) && isWithin(across, -north_m),
    )
    if (inside.length >= laid.length * WITHIN) return beyond
  }
  return BEYOND_MAX
}

const isWithin = (lines: readonly StreetLine[], offset_m: number): boolean =>
  offset_m >= (lines[0] as StreetLine).offset_m - MARGIN_M &&
  offset_m <= (lines.at(-1) as StreetLine).offset_m + MARGIN_M

import { between, splitRandom } from '#simulator/random/random.ts'
import type { City } from '#simulator/world/city.ts'
import type { Spot } from '#simulator/world/spot.ts'
import type { StreetLine } from '#simulator/world/street-line.ts'
import { stretchEnd } from '#simulator/world/street-plan.ts'
import { terrainOf } from './terrain.ts'

/** Where a place lies in the mains: they run along the streets. */
export interface MainPlace {
  readonly east_m: number
  readonly south_m: number
  readonly zone: string
  /** At rest, after the height of the place. */
  readonly rest_kpa: number
  /** From where the zone is fed, along the streets, beside the furthest place: 0 to 1. */
  readonly remote: number
}

const BLOCKS_PER_ZONE = 2
const REST_KPA: readonly [number, number] = [320, 335]
const KPA_PER_M = 9.81

/**
 * Pressure zones of two by two blocks, each fed at its highest corner and held at a pressure of its
 * own: the lower a place in its zone, the higher its pressure.
 */
export function mainZones({
  seed,
  plan,
}: Pick<City, 'seed' | 'plan'>): (spot: Pick<Spot, 'stretch' | 'share'>) => MainPlace {
  const terrain = terrainOf(seed, plan)
  const uprights = spansOf(plan.upright)
  const acrosses = spansOf(plan.across)
  return ({ stretch, share }) => {
    const { from } = stretch
    const to = stretchEnd(stretch)
    const mixed = (a: number, b: number): number => a + (b - a) * share
    const offset = (lines: readonly StreetLine[], a: number, b: number): number =>
      mixed(lines[a]?.offset_m ?? 0, lines[b]?.offset_m ?? 0)
    const east_m = offset(plan.upright, from.column, to.column)
    const south_m = offset(plan.across, from.row, to.row)
    const zoneColumn = zoneOf(plan.upright, from.column)
    const zoneRow = zoneOf(plan.across, from.row)
    const [west, east] = uprights[zoneColumn] as Span
    const [north, south] = acrosses[zoneRow] as Span
    const random = splitRandom(seed, 'zone', zoneColumn, zoneRow)
    const corners = [west, east].flatMap((column) => [north, south].map((row) => ({ column, row })))
    const middle_m =
      corners.reduce((sum, corner) => sum + terrain.ground_m(corner), 0) / corners.length
    const height_m = mixed(terrain.ground_m(from), terrain.ground_m(to))
    const at = (lines: readonly StreetLine[], index: number): number => lines[index]?.offset_m ?? 0
    const feed = terrain.fallsWest ? east : west
    const way_m =
      Math.abs(east_m - at(plan.upright, feed)) + Math.abs(south_m - at(plan.across, north))
    const longest_m =
      at(plan.upright, east) -
      at(plan.upright, west) +
      at(plan.across, south) -
      at(plan.across, north)
    return {
      east_m,
      south_m,
      zone: `${zoneColumn} ${zoneRow}`,
      rest_kpa: between(random, ...REST_KPA) - KPA_PER_M * (height_m - middle_m),
      remote: Math.min(1, way_m / longest_m),
    }
  }
}

type Span = readonly [first: number, last: number]

const zoneOf = (lines: readonly StreetLine[], index: number): number => {
  const line = lines[index] as StreetLine
  const lastBlock = (lines.at(-1) as StreetLine).block - 1
  return Math.floor(Math.min(line.block, lastBlock) / BLOCKS_PER_ZONE)
}

// The first and the last line of each zone; neighbours share a main street.
function spansOf(lines: readonly StreetLine[]): readonly Span[] {
  const spans: [number, number][] = []
  for (let index = 0; index < lines.length; index += 1) {
    const zone = zoneOf(lines, index)
    const span = spans[zone]
    if (span) span[1] = index
    else spans[zone] = [index, index]
    const before = spans[zone - 1]
    if (before && !span) before[1] = index
  }
  return spans
}

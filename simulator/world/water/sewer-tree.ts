import { between, splitRandom } from '#simulator/random/random.ts'
import type { City } from '#simulator/world/city.ts'
import { distance_m } from '#simulator/world/local-plane.ts'
import type { Crossing } from '#simulator/world/street-plan.ts'
import { drainRoutes, type SewerKind } from './drain-routes.ts'
import { sizePipes } from './pipe-sizes.ts'
import { terrainOf } from './terrain.ts'

/**
 * The sewers of one kind as they were built: one node a crossing, and one reach from it to the
 * node it drains to (at an outfall: out of the city). Nodes are numbered so that each drains to a
 * higher number. The reach has the number of its upper end. Heights are metres above the sea.
 */
export interface SewerTree {
  readonly kind: SewerKind
  readonly count: number
  /** Nodes in a row of crossings. */
  readonly columns: number
  /** The node below, −1 at an outfall. */
  readonly next: Int32Array<ArrayBuffer>
  readonly length_m: Float64Array<ArrayBuffer>
  readonly ground_m: Float64Array<ArrayBuffer>
  /** Of the shaft and of the reach that begins there. */
  readonly invert_m: Float64Array<ArrayBuffer>
  /** Where the reach ends: at or above the invert of the shaft below. */
  readonly endInvert_m: Float64Array<ArrayBuffer>
  readonly diameter_m: Float64Array<ArrayBuffer>
  /** What drains to the node itself, without those above it. */
  readonly area_m2: Float64Array<ArrayBuffer>
  readonly people: Float64Array<ArrayBuffer>
  nodeAt(crossing: Crossing): number
}

const OUTLET_M = 60
const PEOPLE_PER_HA: readonly [number, number] = [260, 520]

/** The sewers of a city: a matter of its seed and its streets alone. */
export function layOutSewers(city: Pick<City, 'seed' | 'plan'>, kind: SewerKind): SewerTree {
  const { seed, plan } = city
  const terrain = terrainOf(seed, plan)
  const { fallsWest } = terrain
  const columns = plan.upright.length
  const next = drainRoutes(seed, kind, plan, fallsWest)
  const count = next.length
  const crossingOf = (node: number): Crossing => {
    const column = node % columns
    return { column: fallsWest ? columns - 1 - column : column, row: (node - column) / columns }
  }
  const random = splitRandom(seed, 'people')
  const [ground, length, area, people] = [0, 1, 2, 3].map(() => new Float64Array(count)) as [
    Float64Array<ArrayBuffer>,
    Float64Array<ArrayBuffer>,
    Float64Array<ArrayBuffer>,
    Float64Array<ArrayBuffer>,
  ]
  for (let node = 0; node < count; node += 1) {
    const crossing = crossingOf(node)
    const below = next[node] as number
    ground[node] = terrain.ground_m(crossing)
    length[node] =
      below < 0 ? OUTLET_M : distance_m(plan.crossing(crossing), plan.crossing(crossingOf(below)))
    area[node] = reach_m(plan.across, crossing.row) * reach_m(plan.upright, crossing.column)
    people[node] = ((area[node] as number) / 1e4) * between(random, ...PEOPLE_PER_HA)
  }
  const land = { kind, next, ground_m: ground, length_m: length, area_m2: area, people }
  return {
    ...land,
    ...sizePipes(seed, land),
    count,
    columns,
    nodeAt: ({ column, row }) => row * columns + (fallsWest ? columns - 1 - column : column),
  }
}

// Half the way to the lines on both sides.
function reach_m(lines: readonly { readonly offset_m: number }[], index: number): number {
  const own = lines[index]?.offset_m ?? 0
  const before = lines[index - 1]?.offset_m ?? own
  const after = lines[index + 1]?.offset_m ?? own
  return (after - before) / 2
}

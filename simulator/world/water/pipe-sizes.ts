import { between, splitRandom } from '#simulator/random/random.ts'
import { fullConveyance_m3_s } from './pipe-section.ts'
import { DESIGN_RUNOFF_M_S } from './runoff.ts'
import { DESIGN_M3_S_PER_PERSON } from './sewage.ts'
import type { SewerTree } from './sewer-tree.ts'

const DIAMETERS_M: Readonly<Record<SewerTree['kind'], readonly number[]>> = {
  foul: [0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.5, 2],
  storm: [0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.5, 2],
}
/** Foul sewers are to run half full at their busiest, storm sewers full in the design rain. */
const DESIGN_SHARE: Readonly<Record<SewerTree['kind'], number>> = { foul: 0.45, storm: 1 }
/** The invert lies at least so deep, and earth at least so thick above the crown. */
const DEPTH_M: readonly [number, number] = [2.7, 3.3]
const COVER_M = 1.2

// Smallest slopes at which a sewer keeps itself clean, after the table of GB 50014 for concrete.
const leastSlope = (diameter_m: number): number =>
  diameter_m <= 0.3 ? 0.003 : diameter_m <= 0.5 ? 0.002 : diameter_m <= 0.8 ? 0.0015 : 0.0012

type Land = Pick<SewerTree, 'kind' | 'next' | 'ground_m' | 'length_m' | 'area_m2' | 'people'>
type Pipes = Pick<SewerTree, 'diameter_m' | 'invert_m' | 'endInvert_m'>

/**
 * Sizes and levels from the heads of the tree down: each pipe is the smallest that carries what
 * drains to it and no smaller than those above, follows the ground where that falls enough, and
 * meets a wider one crown to crown.
 */
export function sizePipes(seed: string, land: Land): Pipes {
  const { kind, next, ground_m, length_m, area_m2, people } = land
  const count = next.length
  const random = splitRandom(seed, 'depths', kind)
  const flow_m3_s = new Float64Array(count)
  const diameter_m = new Float64Array(count).fill(DIAMETERS_M[kind][0] as number)
  const invert_m = new Float64Array(count)
  const endInvert_m = new Float64Array(count)
  /** The lowest crown that comes in. */
  const crown_m = new Float64Array(count).fill(Infinity)
  for (let node = 0; node < count; node += 1) {
    const below = next[node] as number
    const depth = between(random, ...DEPTH_M)
    const own =
      kind === 'foul'
        ? (people[node] as number) * DESIGN_M3_S_PER_PERSON
        : (area_m2[node] as number) * DESIGN_RUNOFF_M_S
    const flow = (flow_m3_s[node] as number) + own
    const ground = ground_m[node] as number
    const length = length_m[node] as number
    const groundBelow = below < 0 ? ground - 0.002 * length : (ground_m[below] as number)
    const least = diameter_m[node] as number
    for (const diameter of DIAMETERS_M[kind]) {
      if (diameter < least) continue
      const deep = Math.max(depth, COVER_M + diameter)
      const invert = Math.min(ground - deep, (crown_m[node] as number) - diameter)
      const end = Math.min(invert - leastSlope(diameter) * length, groundBelow - deep)
      diameter_m[node] = diameter
      invert_m[node] = invert
      endInvert_m[node] = end
      const slope = (invert - end) / length
      if (fullConveyance_m3_s(diameter) * Math.sqrt(slope) * DESIGN_SHARE[kind] >= flow) break
    }
    if (below < 0) continue
    const diameter = diameter_m[node] as number
    flow_m3_s[below] = (flow_m3_s[below] as number) + flow
    diameter_m[below] = Math.max(diameter_m[below] as number, diameter)
    crown_m[below] = Math.min(crown_m[below] as number, (endInvert_m[node] as number) + diameter)
  }
  return { diameter_m, invert_m, endInvert_m }
}

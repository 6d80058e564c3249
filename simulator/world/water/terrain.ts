import { between, splitRandom } from '#simulator/random/random.ts'
import type { Crossing, StreetPlan } from '#simulator/world/street-plan.ts'

/** The lie of the land below the streets. */
export interface Terrain {
  /** Whether it falls to the west as well as to the south; else to the east. */
  readonly fallsWest: boolean
  /** Metres above the sea. */
  ground_m(crossing: Crossing): number
}

const MIDDLE_M = 370
const WAVES = 3

/**
 * Ground that falls from the north to the salt lake in the south by 2 to 4 per mille and sideways
 * by a little less, with long low waves in it that never turn the fall round.
 */
export function terrainOf(seed: string, plan: Pick<StreetPlan, 'across' | 'upright'>): Terrain {
  const random = splitRandom(seed, 'terrain')
  const south = between(random, 0.002, 0.004)
  const fallsWest = between(random, -1, 1) < 0
  const sideways = between(random, 0.0018, 0.003) * (fallsWest ? -1 : 1)
  const waves = Array.from({ length: WAVES }, () => {
    const turn = between(random, 0, 2 * Math.PI)
    const number = (2 * Math.PI) / between(random, 1_200, 4_000)
    return {
      east: number * Math.cos(turn),
      south: number * Math.sin(turn),
      phase: between(random, 0, 2 * Math.PI),
      // Together they lean by at most half a per mille.
      height: 0.0005 / (number * WAVES),
    }
  })
  return {
    fallsWest,
    ground_m({ column, row }) {
      const east = plan.upright[column]?.offset_m ?? 0
      const down = plan.across[row]?.offset_m ?? 0
      let height = MIDDLE_M - south * down - sideways * east
      for (const wave of waves) {
        height += wave.height * Math.sin(wave.east * east + wave.south * down + wave.phase)
      }
      return height
    },
  }
}

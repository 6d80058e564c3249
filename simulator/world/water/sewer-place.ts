import type { Spot } from '#simulator/world/spot.ts'
import { stretchEnd } from '#simulator/world/street-plan.ts'
import type { SewerNetwork } from './sewer-network.ts'
import type { SewerTree } from './sewer-tree.ts'

/** A shaft or a gauge in a sewer tree: how far down which reach, and its heights above the invert. */
export interface SewerPlace {
  readonly node: number
  /** 0 at the upper end of the reach, 1 at its lower one. */
  readonly share: number
  readonly crown_m: number
  readonly ground_m: number
}

/** In a stretch without a pipe of this tree, a place is connected to the nearer crossing. */
export function sewerPlace(
  tree: SewerTree,
  { stretch, share }: Pick<Spot, 'stretch' | 'share'>,
): SewerPlace {
  const from = tree.nodeAt(stretch.from)
  const to = tree.nodeAt(stretchEnd(stretch))
  if (tree.next[from] === to) return placeAt(tree, from, share)
  if (tree.next[to] === from) return placeAt(tree, to, 1 - share)
  return placeAt(tree, share < 0.5 ? from : to, 0)
}

function placeAt(tree: SewerTree, node: number, share: number): SewerPlace {
  const below = tree.next[node] as number
  const ground = tree.ground_m[node] as number
  const groundBelow = below < 0 ? ground : (tree.ground_m[below] as number)
  const invert = tree.invert_m[node] as number
  const end = tree.endInvert_m[node] as number
  return {
    node,
    share,
    crown_m: tree.diameter_m[node] as number,
    ground_m: ground + (groundBelow - ground) * share - (invert + (end - invert) * share),
  }
}

/** What {@link depthAt} looks at: a network at one of its two instants. */
export type Depths = SewerNetwork['depth_m']

/** Towards a fall the water draws down: to about the critical depth. */
const DRAWN_DOWN = 0.7

/**
 * Metres of water above the invert at a place, from those at the ends of its reach. Above a
 * blockage the water stands level as far as the pipe is full; below it there is only what comes
 * from the other end.
 *
 * @param dammedTo how far down the reach its blockage lies; undefined when there is none
 */
export function depthAt(
  tree: SewerTree,
  depth_m: Depths,
  { node, share, crown_m }: SewerPlace,
  dammedTo: number | undefined,
): number {
  const upper = depth_m[node] as number
  if (share === 0) return upper
  const below = tree.next[node] as number
  const end = tree.endInvert_m[node] as number
  const standing =
    below < 0 ? 0 : (depth_m[below] as number) + (tree.invert_m[below] as number) - end
  if (dammedTo === undefined) {
    const drawn = DRAWN_DOWN * Math.min(upper, crown_m)
    const lower = standing > drawn ? standing : drawn
    return upper + (lower - upper) * share
  }
  if (share > dammedTo) return Math.max(0, standing)
  const drop = (tree.invert_m[node] as number) - end
  return upper + Math.min(1, upper / crown_m) * drop * share
}

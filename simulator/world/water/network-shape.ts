import { fullArea_m2, fullConveyance_m3_s } from './pipe-section.ts'
import type { SewerTree } from './sewer-tree.ts'

export type Cells = Float64Array<ArrayBuffer>

/** All shafts and house connections of a reach. */
const SHAFTS_M2 = 1.2
/** Width of the slot above the crown beside the diameter (Preissmann): a full pipe takes a little. */
const SLOT = 0.02
/** Water above the ground stands on so much street; it cannot go anywhere but back. */
export const POND_M2 = 200

/** What a step needs to know of each node and the reach that begins there. */
export interface NetworkShape {
  /** What fills the pipe, and what fills pipe and shaft. */
  readonly pipe_m3: Cells
  readonly toGround_m3: Cells
  /** Metres that a cubic metre rises in the shaft above a full pipe. */
  readonly shaftRise: Cells
  /** Flow of the full pipe for a metre between its ends, m³/s. */
  readonly conveyance: Cells
  /** From the invert of the node to the end of its reach; from there to the invert of the next. */
  readonly drop_m: Cells
  readonly step_m: Cells
}

export function networkShape(tree: SewerTree): NetworkShape {
  const { count, next, length_m, diameter_m, invert_m, endInvert_m, ground_m } = tree
  const cells = (of: (node: number) => number): Cells =>
    new Float64Array(count).map((_, node) => of(node))
  const at = (values: Cells, node: number): number => values[node] as number
  const pipe = (node: number): number => at(length_m, node) * fullArea_m2(at(diameter_m, node))
  const shaft_m2 = (node: number): number =>
    SHAFTS_M2 + SLOT * at(diameter_m, node) * at(length_m, node)
  const aboveCrown = (node: number): number =>
    at(ground_m, node) - at(invert_m, node) - at(diameter_m, node)
  return {
    pipe_m3: cells(pipe),
    toGround_m3: cells((node) => pipe(node) + shaft_m2(node) * aboveCrown(node)),
    shaftRise: cells((node) => 1 / shaft_m2(node)),
    conveyance: cells(
      (node) => fullConveyance_m3_s(at(diameter_m, node)) / Math.sqrt(at(length_m, node)),
    ),
    drop_m: cells((node) => at(invert_m, node) - at(endInvert_m, node)),
    step_m: cells((node) => {
      const below = next[node] as number
      return below < 0 ? Infinity : at(endInvert_m, node) - at(invert_m, below)
    }),
  }
}

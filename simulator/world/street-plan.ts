import { between, splitRandom } from '#simulator/random/random.ts'
import type { Point } from './local-plane.ts'
import { type Axis, type StreetLine, streetLines } from './street-line.ts'
import { ACROSS, CENTRE, TURN_DEG, UPRIGHT } from './yuncheng.ts'

/** A crossing: column of the upright street, row of the one across. Row 0 is the northernmost. */
export interface Crossing {
  readonly column: number
  readonly row: number
}

/** The stretch of a street between two neighbouring crossings, west to east or north to south. */
export interface Stretch {
  readonly axis: Axis
  readonly from: Crossing
}

/** Every street of the city and where they cross. Unit grids are the cells between them. */
export interface StreetPlan {
  /** North to south. */
  readonly across: readonly StreetLine[]
  /** West to east. */
  readonly upright: readonly StreetLine[]
  crossing(at: Crossing): Point
  streetName(stretch: Stretch): string
}

const MAIN_WOBBLE_M = 2
const LANE_WOBBLE_M = 6

/**
 * The streets of one seed. `beyond` adds that many numbered main streets at each of the four
 * sides; the part within the named ones stays as it is.
 */
export function planStreets(seed: string, beyond = 0): StreetPlan {
  const across = streetLines(seed, 'across', ACROSS, beyond)
  const upright = streetLines(seed, 'upright', UPRIGHT, beyond)
  const points = across.map((row) => upright.map((column) => crossingPoint(seed, column, row)))
  const key = `${CENTRE}`
  const middle = {
    row: across.findIndex((line) => line.key === key),
    column: upright.findIndex((line) => line.key === key),
  }
  return {
    across,
    upright,
    crossing: ({ column, row }) => points[row]?.[column] as Point,
    streetName({ axis, from }) {
      const line = (axis === 'across' ? across[from.row] : upright[from.column]) as StreetLine
      const beforeMiddle = axis === 'across' ? from.column < middle.column : from.row < middle.row
      return line.names[beforeMiddle ? 0 : 1]
    },
  }
}

export const stretchEnd = ({ axis, from }: Stretch): Crossing =>
  axis === 'across'
    ? { column: from.column + 1, row: from.row }
    : { column: from.column, row: from.row + 1 }

// Streets bend a little, lanes more: no cell is an exact rectangle, and none can fold over.
function crossingPoint(seed: string, column: StreetLine, row: StreetLine): Point {
  const random = splitRandom(seed, 'crossing', column.key, row.key)
  const wobble = (line: StreetLine): number => {
    const reach = line.main ? MAIN_WOBBLE_M : LANE_WOBBLE_M
    return between(random, -reach, reach)
  }
  const east = column.offset_m + wobble(column)
  const north = -row.offset_m + wobble(row)
  const turn = (TURN_DEG * Math.PI) / 180
  return {
    east_m: east * Math.cos(turn) + north * Math.sin(turn),
    north_m: north * Math.cos(turn) - east * Math.sin(turn),
  }
}

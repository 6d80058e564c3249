import type { Place } from '#model/place.ts'
import { between, chance, integerBetween, type Random } from '#simulator/random/random.ts'
import { along, bearing_deg, distance_m, type LocalPlane, type Point } from './local-plane.ts'
import { type StreetPlan, type Stretch, stretchEnd } from './street-plan.ts'
import type { GridMap } from './unit-grids.ts'

/** A fixed place at a street, in the words people would use for it. */
export interface Spot {
  readonly place: Place
  readonly street: string
  readonly address: string
  readonly gridCode: string
  readonly subdistrict: string
  /** The stretch of street it lies at, and how far along, 0 to 1. */
  readonly stretch: Stretch
  readonly share: number
}

/** Where a city can be stood in: what {@link findSpot} needs to know of it. */
export interface Ground {
  readonly plan: StreetPlan
  readonly plane: LocalPlane
  readonly map: GridMap
}

// Away from the crossings, so that the cell beside the stretch is the one the spot lies in.
const ENDS = 0.15
const MAIN_STREET_SHARE = 0.5

/** A random spot at a street, `reach_m` to one side of its middle. */
export function findSpot(random: Random, ground: Ground, reach_m: readonly [number, number]): Spot {
  const { plan, plane, map } = ground
  const stretch = pickStretch(random, plan)
  const share = between(random, ENDS, 1 - ENDS)
  const offset = between(random, reach_m[0], reach_m[1])
  const { cell, side } = pickSide(random, stretch, plan)
  const from = plan.crossing(stretch.from)
  const to = plan.crossing(stretchEnd(stretch))
  const street = plan.streetName(stretch)
  const subdistrict = map.subdistrict(cell.column, cell.row).name
  return {
    place: plane.toPlace(beside(from, to, share, offset * side.sign)),
    street,
    address: `盐湖区${street}${landmark(plan, stretch, share)}${side.name}`,
    gridCode: map.cell(cell.column, cell.row).code,
    subdistrict,
    stretch,
    share,
  }
}

function pickStretch(random: Random, plan: StreetPlan): Stretch {
  const axis = chance(random, 0.5) ? 'across' : 'upright'
  const [own, other] = axis === 'across' ? [plan.across, plan.upright] : [plan.upright, plan.across]
  const mainOnly = chance(random, MAIN_STREET_SHARE)
  const lines = [...own.keys()].filter((index) => !mainOnly || own[index]?.main)
  const line = lines[integerBetween(random, 0, lines.length - 1)] as number
  const segment = integerBetween(random, 0, other.length - 2)
  const from = axis === 'across' ? { column: segment, row: line } : { column: line, row: segment }
  return { axis, from }
}

interface Side {
  readonly cell: { readonly column: number; readonly row: number }
  readonly side: { readonly name: string /** 1 is to the right of the stretch. */; sign: 1 | -1 }
}

function pickSide(random: Random, { axis, from }: Stretch, plan: StreetPlan): Side {
  const across = axis === 'across'
  const index = across ? from.row : from.column
  const last = (across ? plan.across : plan.upright).length - 1
  // The side with the smaller index is north of a street across and west of an upright one.
  const before = index > 0 && (index === last || chance(random, 0.5))
  const { column, row } = from
  if (across) {
    return before
      ? { cell: { column, row: row - 1 }, side: { name: '路北', sign: -1 } }
      : { cell: { column, row }, side: { name: '路南', sign: 1 } }
  }
  return before
    ? { cell: { column: column - 1, row }, side: { name: '路西', sign: 1 } }
    : { cell: { column, row }, side: { name: '路东', sign: -1 } }
}

function beside(from: Point, to: Point, share: number, right_m: number): Point {
  const middle = along(from, to, share)
  const heading = (bearing_deg(from, to) * Math.PI) / 180
  return {
    east_m: middle.east_m + right_m * Math.cos(heading),
    north_m: middle.north_m - right_m * Math.sin(heading),
  }
}

// 与解放南路交叉口以东约40米: measured from the nearer of the two crossings.
function landmark(plan: StreetPlan, stretch: Stretch, share: number): string {
  const end = stretchEnd(stretch)
  const length = distance_m(plan.crossing(stretch.from), plan.crossing(end))
  const first = share < 0.5
  const axis = stretch.axis === 'across' ? 'upright' : 'across'
  const other = plan.streetName({ axis, from: first ? stretch.from : end })
  const [after, before] = stretch.axis === 'across' ? ['东', '西'] : ['南', '北']
  const metres = Math.round(((first ? share : 1 - share) * length) / 5) * 5
  return `与${other}交叉口以${first ? after : before}约${metres}米`
}

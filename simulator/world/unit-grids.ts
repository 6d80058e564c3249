import type { UnitGrid } from '#model/unit-grid.ts'
import type { LocalPlane } from './local-plane.ts'
import type { StreetLine } from './street-line.ts'
import type { StreetPlan } from './street-plan.ts'
import { DISTRICT, DISTRICT_NAME, SUBDISTRICTS, type Subdistrict } from './yuncheng.ts'

/** The cells between the streets, by column and row of their north-western corner. */
export interface GridMap {
  readonly grids: readonly UnitGrid[]
  cell(column: number, row: number): UnitGrid
  subdistrict(column: number, row: number): Subdistrict
}

/**
 * Cuts the city into unit grids. A block between main streets is a community; the serials inside
 * it run west to east, then north to south. Neighbours share their corners to the last digit.
 */
export function cutUnitGrids(plan: StreetPlan, plane: LocalPlane): GridMap {
  const corners = plan.across.map((_, row) =>
    plan.upright.map((_, column) => {
      const place = plane.toPlace(plan.crossing({ column, row }))
      return [place.lon_deg, place.lat_deg]
    }),
  )
  const corner = (column: number, row: number): number[] => corners[row]?.[column] as number[]
  const communities = numberCommunities(plan)
  const serials = new Map<string, number>()
  const cells: UnitGrid[][] = []
  for (let row = 0; row < plan.across.length - 1; row += 1) {
    const cellsOfRow: UnitGrid[] = []
    for (let column = 0; column < plan.upright.length - 1; column += 1) {
      const community = communities(column, row)
      const serial = (serials.get(community.code) ?? 0) + 1
      serials.set(community.code, serial)
      const [northWest, southWest] = [corner(column, row), corner(column, row + 1)]
      const [southEast, northEast] = [corner(column + 1, row + 1), corner(column + 1, row)]
      cellsOfRow.push({
        code: community.code + threeDigits(serial),
        district: DISTRICT_NAME,
        street: community.subdistrict.name,
        community: community.name,
        geometry: {
          type: 'Polygon',
          coordinates: [[northWest, southWest, southEast, northEast, northWest]],
        },
      })
    }
    cells.push(cellsOfRow)
  }
  return {
    grids: cells.flat(),
    cell: (column, row) => cells[row]?.[column] as UnitGrid,
    subdistrict: (column, row) => communities(column, row).subdistrict,
  }
}

interface Community {
  /** 12 digits: district, subdistrict, community. */
  readonly code: string
  readonly name: string
  readonly subdistrict: Subdistrict
}

function numberCommunities(plan: StreetPlan): (column: number, row: number) => Community {
  const down = plan.across.filter((line) => line.main)
  const right = plan.upright.filter((line) => line.main)
  const counts = new Map<string, number>()
  const blocks = down.slice(0, -1).map((north, row) =>
    right.slice(0, -1).map((west, column): Community => {
      const subdistrict = subdistrictOf(
        third(row, down.length - 1),
        third(column, right.length - 1),
      )
      const number = (counts.get(subdistrict.code) ?? 0) + 1
      counts.set(subdistrict.code, number)
      return {
        code: DISTRICT + subdistrict.code + threeDigits(number),
        name: `${stem(north)}${stem(west)}社区`,
        subdistrict,
      }
    }),
  )
  const blockOf = (lines: readonly StreetLine[], index: number): number =>
    (lines[index] as StreetLine).block
  return (column, row) =>
    blocks[blockOf(plan.across, row)]?.[blockOf(plan.upright, column)] as Community
}

const third = (index: number, count: number): number => Math.floor((index * 3) / count)
const subdistrictOf = (row: number, column: number): Subdistrict =>
  SUBDISTRICTS[row]?.[column] as Subdistrict

// 河东西街 → 河东: a community is called after the streets at its north and its west.
const stem = (line: StreetLine): string => line.names[0].replace(/[东西南北]?(?:街|路|大道)$/, '')

const threeDigits = (value: number): string => String(value).padStart(3, '0')

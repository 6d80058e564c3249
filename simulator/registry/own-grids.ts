import { bbox } from '@turf/bbox'
import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon'
import Flatbush from 'flatbush'
import type { UnitGrid } from '#model/unit-grid.ts'
import type { GridMap } from '#simulator/world/unit-grids.ts'

/**
 * The cells between the streets, each under the name of the registry's unit grid that holds its
 * middle. A cell that no grid holds keeps the name it was made with, which the registry has not.
 */
export function ownGrids(cut: GridMap, grids: readonly UnitGrid[]): GridMap {
  const locate = locator(grids)
  const found = new Map<string, UnitGrid>()
  return {
    grids,
    subdistrict: (column, row) => cut.subdistrict(column, row),
    cell(column, row) {
      const key = `${column} ${row}`
      const known = found.get(key)
      if (known) return known
      const cell = cut.cell(column, row)
      const grid = locate(middleOf(cell)) ?? cell
      found.set(key, grid)
      return grid
    },
  }
}

type Position = readonly [lon_deg: number, lat_deg: number]

/** The middle of the four corners of a cell. */
function middleOf({ geometry }: UnitGrid): Position {
  const ring = (geometry.coordinates[0] as number[][]).slice(0, -1)
  const mean = (axis: 0 | 1): number =>
    ring.reduce((sum, position) => sum + (position[axis] as number), 0) / ring.length
  return [mean(0), mean(1)]
}

function locator(grids: readonly UnitGrid[]): (position: Position) => UnitGrid | undefined {
  if (grids.length === 0) return () => undefined
  const index = new Flatbush(grids.length)
  for (const { geometry } of grids) {
    const [west, south, east, north] = bbox(geometry)
    index.add(west, south, east, north)
  }
  index.finish()
  return ([lon, lat]) =>
    index
      .search(lon, lat, lon, lat)
      .sort((a, b) => a - b)
      .map((number) => grids[number] as UnitGrid)
      .find(({ geometry }) => booleanPointInPolygon([lon, lat], geometry))
}

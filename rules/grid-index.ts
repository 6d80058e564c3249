import { bbox } from '@turf/bbox'
import { booleanPointInPolygon } from '@turf/boolean-point-in-polygon'
import Flatbush from 'flatbush'
import type { Box } from '#model/box.ts'
import type { Place } from '#model/place.ts'
import type { UnitGrid } from '#model/unit-grid.ts'

export interface GridIndex {
  /** The one grid that holds a point; undefined when none does. */
  locate(place: Place): UnitGrid | undefined
  /** The grids whose box meets a box, at most so many, by code. */
  within(box: Box, most: number): readonly UnitGrid[]
}

/**
 * Finds the unit grid of a point: boxes first, then the exact polygon. A point on an edge that
 * grids share belongs to the one with the lowest code, so that it always belongs to exactly one.
 */
export function buildGridIndex(grids: readonly UnitGrid[]): GridIndex {
  if (grids.length === 0) return { locate: () => undefined, within: () => [] }
  const ordered = [...grids].sort((a, b) => (a.code < b.code ? -1 : 1))
  const boxes = new Flatbush(ordered.length)
  for (const { geometry } of ordered) {
    const [west, south, east, north] = bbox(geometry)
    boxes.add(west, south, east, north)
  }
  boxes.finish()
  return {
    locate: (place) => locateIn(ordered, boxes, place),
    within: (box, most) =>
      boxes
        .search(...box)
        .sort((a, b) => a - b)
        .slice(0, most)
        .map((index) => ordered[index] as UnitGrid),
  }
}

function locateIn(
  ordered: readonly UnitGrid[],
  boxes: Flatbush,
  { lon_deg, lat_deg }: Place,
): UnitGrid | undefined {
  const candidates = boxes.search(lon_deg, lat_deg, lon_deg, lat_deg).sort((a, b) => a - b)
  for (const index of candidates) {
    const grid = ordered[index]
    if (!grid) continue
    const geometry = grid.geometry as GeoJSON.Polygon | GeoJSON.MultiPolygon
    if (booleanPointInPolygon([lon_deg, lat_deg], geometry)) return grid
  }
  return undefined
}

import type { Pool } from 'pg'
import type { Box } from '#model/box.ts'
import { type LineClass, type LineGeometry, STREET_CLASSES } from '#model/city-line.ts'
import type { Scope } from '#model/principal.ts'
import { seesPlace } from '#model/sees-device.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { query } from '#store/query.ts'
import type { GridLocator } from '#store/registry/grid-locator.ts'
import type { LineRevision } from './line-revision.ts'
import { type Path, pathsOf, simplified } from './paths.ts'
import { seenPaths } from './seen-paths.ts'

/** A street or a pipe as it is drawn at a zoom. */
export interface DrawnLine {
  readonly id: string
  readonly class: LineClass
  readonly name: string | null
  readonly diameter_mm: number | null
  readonly width_m: number | null
  readonly paths: readonly Path[]
}

export interface LinesOnMap {
  /** Whether that is all there is to be drawn at this zoom. */
  readonly complete: boolean
  readonly lines: readonly DrawnLine[]
}

export interface LineView {
  readonly box: Box
  readonly zoom: number
  readonly scope: Scope
}

interface Row extends Omit<DrawnLine, 'paths'> {
  readonly line_group: string | null
  readonly geometry: LineGeometry
}

/** What a browser draws without getting slow. */
const LINES_MOST = 3_000
const POSITIONS_MOST = 30_000
/** Of a tile of 512 pixels, as maps count their zoom. */
const TILE_PX = 512
const EQUATOR_M = 40_075_016
/** About a decimetre. */
const DECIMALS = 1e6
const GRIDS_MOST = 100_000

/**
 * The streets and pipes of a viewport, the greatest first: from far only main roads and the widest
 * pipes, no line shorter than a pixel, and of each only the bends that show. However much there is, no more
 * than some thousand lines come.
 */
export const linesOnMap = (
  pool: Pool,
  grids: Pick<GridLocator, 'locate' | 'within'>,
  revision: LineRevision,
) => ({
  revision: (): string => revision.text,

  async look({ box, zoom, scope }: LineView): Promise<LinesOnMap> {
    const degree_px = (TILE_PX * 2 ** zoom) / 360
    const least_m = (EQUATOR_M * Math.cos((box[1] * Math.PI) / 180)) / (TILE_PX * 2 ** zoom)
    const where = new Conditions()
      .add('bounds && box(point(?, ?), point(?, ?))', ...box)
      .add('from_zoom <= ?', Math.round(zoom))
      .add('length_m >= ?', least_m)
    const seen = pipeBox(box, scope, grids)
    if (seen !== 'all') {
      const inside = seen ? 'bounds && box(point(?, ?), point(?, ?))' : 'false'
      where.add(`(class = any(?::text[]) or ${inside})`, STREET_CLASSES, ...(seen ?? []))
    }
    if (scope.networks !== null) {
      const text = '(class = any(?::text[]) or line_group = any(?::text[]))'
      where.add(text, STREET_CLASSES, scope.networks)
    }
    const rows = await query<Row>(
      pool,
      `select id, class, name, diameter_mm, width_m, line_group, geometry from city_line
       ${where.clause()} order by from_zoom, length_m desc limit ${LINES_MOST + 1}`,
      where.values,
    )
    const lines: DrawnLine[] = []
    let positions = 0
    for (const { geometry, line_group, ...line } of rows.slice(0, LINES_MOST)) {
      const bound = { class: line.class, group: line_group }
      const paths = seenPaths(bound, pathsOf(geometry), scope, (place) => grids.locate(place))
        // Half a pixel does not show.
        .map((path) => simplified(path, 0.5 / degree_px).map(rounded))
      if (paths.length === 0) continue
      positions += paths.reduce((sum, path) => sum + path.length, 0)
      if (positions > POSITIONS_MOST) return { complete: false, lines }
      lines.push({ ...line, paths })
    }
    return { complete: rows.length <= LINES_MOST, lines }
  },
})

const rounded = ([lon = 0, lat = 0]: Path[number]): Path[number] => [
  Math.round(lon * DECIMALS) / DECIMALS,
  Math.round(lat * DECIMALS) / DECIMALS,
]

/** The box about the unit grids of a box that are seen; null: none of them is. */
function pipeBox(box: Box, scope: Scope, grids: Pick<GridLocator, 'within'>): Box | null | 'all' {
  if (scope.areas === null) return 'all'
  const inAreas = { ...scope, networks: null }
  let seen: [number, number, number, number] | null = null
  for (const { code, geometry } of grids.within(box, GRIDS_MOST)) {
    if (!seesPlace(inAreas, code)) continue
    const rings = geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat()
    for (const [lon = 0, lat = 0] of rings.flat()) {
      seen ??= [lon, lat, lon, lat]
      seen = [
        Math.min(seen[0], lon),
        Math.min(seen[1], lat),
        Math.max(seen[2], lon),
        Math.max(seen[3], lat),
      ]
    }
  }
  return seen
}

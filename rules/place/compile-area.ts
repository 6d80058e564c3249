import type { AreaGeometry, Position } from '#model/area.ts'

/** A shape made ready to be asked about places, WGS-84. */
export interface CompiledArea {
  /**
   * How far inside a place lies, in metres to the boundary; negative outside. Of a line, and of an
   * area with `within_m`, the boundary is where one is just within so many metres of it. More than
   * {@link NEAR_M} outside of the box around the area it is an underestimate of the distance.
   */
  depth_m(lon_deg: number, lat_deg: number): number
  /** Whether the straight way from one place to another meets the outline, or the line itself. */
  meets(fromLon_deg: number, fromLat_deg: number, toLon_deg: number, toLat_deg: number): boolean
}

/** From here on outwards only the box around an area is looked at. */
export const NEAR_M = 500

/** Of the sphere whose volume is the earth's; what turf takes. */
const EARTH_RADIUS_M = 6_371_008.8
const RADIANS = Math.PI / 180
/** A degree of latitude. */
export const DEGREE_M = EARTH_RADIUS_M * RADIANS

/** A degree of longitude at a latitude. */
export const lonDegree_m = (lat_deg: number): number => DEGREE_M * Math.cos(lat_deg * RADIANS)

/** Edges are looked at in runs, each behind its box: of so many, and of more where there are many. */
const SHORTEST_RUN = 16

/** The edges of an area, one after the other, and the boxes around runs of them. */
interface Outline {
  /** West-east and south-north of both ends: `lon, lat, lon, lat`. */
  readonly edges: Float64Array
  /** Numbers of `edges` that a box stands for. */
  readonly run: number
  /** West, south, east, north of each run. */
  readonly boxes: Float64Array
  readonly west: number
  readonly south: number
  readonly east: number
  readonly north: number
}

/**
 * Makes an area ready. Distances are measured in the plane that touches the earth at the place
 * asked about, so they are as good far from the middle of an area as in it: within 0.05 % of the
 * great circle up to some kilometres. Edges are straight in longitude and latitude, as GeoJSON has it;
 * none may cross the 180th meridian. An area is its polygons by the even-odd rule, holes left out.
 *
 * @param within_m How near to a line is on it; widens a polygon.
 */
export function compileArea(geometry: AreaGeometry, within_m = 0): CompiledArea {
  const outline = outlineOf(pathsOf(geometry))
  const isClosed = geometry.type === 'Polygon' || geometry.type === 'MultiPolygon'
  const { west, south, east, north } = outline
  const reach_m = NEAR_M + within_m
  const latReach = reach_m / DEGREE_M
  // The narrowest degree of longitude anywhere near, so that nothing near is taken for far.
  const narrow_m = lonDegree_m(Math.min(89, Math.max(Math.abs(south), Math.abs(north)) + latReach))
  const lonReach = reach_m / narrow_m
  return {
    depth_m(lon_deg, lat_deg) {
      const beyondLat = Math.max(south - lat_deg, lat_deg - north)
      if (beyondLat > latReach) return within_m - beyondLat * DEGREE_M
      const beyondLon = Math.max(west - lon_deg, lon_deg - east)
      if (beyondLon > lonReach) return within_m - beyondLon * narrow_m
      return within_m + signedDistance(outline, isClosed, lon_deg, lat_deg)
    },
    meets: (fromLon, fromLat, toLon, toLat) => meets(outline, fromLon, fromLat, toLon, toLat),
  }
}

function pathsOf(geometry: AreaGeometry): readonly (readonly Position[])[] {
  if (geometry.type === 'LineString') return [geometry.coordinates]
  if (geometry.type === 'MultiPolygon') return geometry.coordinates.flat()
  return geometry.coordinates
}

function outlineOf(paths: readonly (readonly Position[])[]): Outline {
  const edges = Float64Array.from(
    paths.flatMap((path) =>
      path.slice(1).flatMap((to, index) => {
        const from = path[index] as Position
        return [from[0] as number, from[1] as number, to[0] as number, to[1] as number]
      }),
    ),
  )
  const run = 4 * Math.max(SHORTEST_RUN, Math.ceil(Math.sqrt(edges.length / 4)))
  const boxes: number[] = []
  for (let begin = 0; begin < edges.length; begin += run) {
    boxes.push(...boxOf(edges.subarray(begin, begin + run)))
  }
  const [west, south, east, north] = boxOf(edges)
  return { edges, run, boxes: Float64Array.from(boxes), west, south, east, north }
}

function boxOf(edges: Float64Array): [number, number, number, number] {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let at = 0; at < edges.length; at += 2) {
    const [lon, lat] = [edges[at] as number, edges[at + 1] as number]
    if (lon < west) west = lon
    if (lon > east) east = lon
    if (lat < south) south = lat
    if (lat > north) north = lat
  }
  return [west, south, east, north]
}

/** Distance to the nearest edge in metres, negative where the edges do not enclose the place. */
function signedDistance(
  { edges, run, boxes }: Outline,
  isClosed: boolean,
  lon_deg: number,
  lat_deg: number,
): number {
  const scale_m = lonDegree_m(lat_deg)
  let nearest = Infinity
  let isInside = false
  for (let box = 0, begin = 0; box < boxes.length; box += 4, begin += run) {
    const south = boxes[box + 1] as number
    const east = boxes[box + 2] as number
    const north = boxes[box + 3] as number
    const dx = scale_m * Math.max((boxes[box] as number) - lon_deg, lon_deg - east, 0)
    const dy = DEGREE_M * Math.max(south - lat_deg, lat_deg - north, 0)
    const mayBeNearest = dx * dx + dy * dy < nearest
    // A ray to the east.
    const mayEnclose = isClosed && lat_deg >= south && lat_deg <= north && lon_deg <= east
    if (!mayBeNearest && !mayEnclose) continue
    const end = Math.min(begin + run, edges.length)
    for (let at = begin; at < end; at += 4) {
      const ax = ((edges[at] as number) - lon_deg) * scale_m
      const ay = ((edges[at + 1] as number) - lat_deg) * DEGREE_M
      const bx = ((edges[at + 2] as number) - lon_deg) * scale_m
      const by = ((edges[at + 3] as number) - lat_deg) * DEGREE_M
      const ux = bx - ax
      const uy = by - ay
      if (ay > 0 !== by > 0 && ax - (ay * ux) / uy > 0) isInside = !isInside
      const length2 = ux * ux + uy * uy
      const along = length2 === 0 ? 0 : -(ax * ux + ay * uy) / length2
      const share = along < 0 ? 0 : along > 1 ? 1 : along
      const px = ax + share * ux
      const py = ay + share * uy
      const distance2 = px * px + py * py
      if (distance2 < nearest) nearest = distance2
    }
  }
  return isClosed && isInside ? Math.sqrt(nearest) : -Math.sqrt(nearest)
}

function meets(
  { edges, run, boxes }: Outline,
  ax: number,
  ay: number,
  bx: number,
  by: number,
): boolean {
  const [west, east] = ax < bx ? [ax, bx] : [bx, ax]
  const [south, north] = ay < by ? [ay, by] : [by, ay]
  for (let box = 0, begin = 0; box < boxes.length; box += 4, begin += run) {
    if ((boxes[box] as number) > east || (boxes[box + 2] as number) < west) continue
    if ((boxes[box + 1] as number) > north || (boxes[box + 3] as number) < south) continue
    const end = Math.min(begin + run, edges.length)
    for (let at = begin; at < end; at += 4) {
      const cx = edges[at] as number
      const cy = edges[at + 1] as number
      const dx = edges[at + 2] as number
      const dy = edges[at + 3] as number
      const c = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
      const d = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax)
      if (c > 0 === d > 0) continue
      const a = (dx - cx) * (ay - cy) - (dy - cy) * (ax - cx)
      const b = (dx - cx) * (by - cy) - (dy - cy) * (bx - cx)
      if (a > 0 !== b > 0) return true
    }
  }
  return false
}

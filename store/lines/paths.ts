import type { Position } from '#model/area.ts'
import type { LineGeometry } from '#model/city-line.ts'
import type { Place } from '#model/place.ts'

export type Path = readonly Position[]

export const pathsOf = ({ type, coordinates }: LineGeometry): readonly Path[] =>
  type === 'LineString' ? [coordinates] : coordinates

const RADIANS = Math.PI / 180
const DEGREE_M = 111_195

/** East and north of another place in metres; good over the length of a street. */
function offset_m(from: Position, to: Position): readonly [number, number] {
  const [lon = 0, lat = 0] = from
  const east = ((to[0] as number) - lon) * Math.cos(lat * RADIANS)
  return [east * DEGREE_M, ((to[1] as number) - lat) * DEGREE_M]
}

export function pathLength_m(path: Path): number {
  let sum = 0
  for (let index = 1; index < path.length; index += 1) {
    sum += Math.hypot(...offset_m(path[index - 1] as Position, path[index] as Position))
  }
  return sum
}

/** From a place to the nearest point of a path. */
export function distanceToPath_m({ lon_deg, lat_deg }: Place, path: Path): number {
  const at: Position = [lon_deg, lat_deg]
  let least = Number.POSITIVE_INFINITY
  for (let index = 1; index < path.length; index += 1) {
    const [ax, ay] = offset_m(at, path[index - 1] as Position)
    const [bx, by] = offset_m(at, path[index] as Position)
    const [dx, dy] = [bx - ax, by - ay]
    const length = dx * dx + dy * dy
    const share = length === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length))
    least = Math.min(least, Math.hypot(ax + dx * share, ay + dy * share))
  }
  return least
}

/**
 * The path without what does not show at a tolerance in degrees of latitude (Douglas and Peucker,
 * 1973). Its ends stay.
 */
export function simplified(path: Path, tolerance_deg: number): Path {
  if (path.length < 3) return path
  const narrow = Math.cos((path[0]?.[1] ?? 0) * RADIANS)
  const kept = new Uint8Array(path.length)
  kept[0] = kept[path.length - 1] = 1
  const spans: [number, number][] = [[0, path.length - 1]]
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span
    const at = farthest(path, first, last, narrow)
    if (at.distance <= tolerance_deg) continue
    kept[at.index] = 1
    spans.push([first, at.index], [at.index, last])
  }
  return path.filter((_, index) => kept[index] === 1)
}

function farthest(path: Path, first: number, last: number, narrow: number) {
  const [x = 0, y = 0] = path[first] as Position
  const dx = ((path[last]?.[0] ?? 0) - x) * narrow
  const dy = (path[last]?.[1] ?? 0) - y
  const length = dx * dx + dy * dy
  const found = { index: first, distance: 0 }
  for (let index = first + 1; index < last; index += 1) {
    const px = ((path[index]?.[0] ?? 0) - x) * narrow
    const py = (path[index]?.[1] ?? 0) - y
    const share = length === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / length))
    const distance = Math.hypot(px - dx * share, py - dy * share)
    if (distance > found.distance) Object.assign(found, { index, distance })
  }
  return found
}

import type { Position } from '#model/area.ts'
import { isStreet, type LineClass } from '#model/city-line.ts'
import type { Place } from '#model/place.ts'
import { type Scope, seesArea, seesNetwork } from '#model/principal.ts'
import type { UnitGrid } from '#model/unit-grid.ts'
import type { Path } from './paths.ts'

/** Pipes lie below streets, and streets between unit grids: about ten metres to either side count. */
const BESIDE_DEG = 0.0001
const BESIDE = [
  [0, 0],
  [BESIDE_DEG, BESIDE_DEG],
  [BESIDE_DEG, -BESIDE_DEG],
  [-BESIDE_DEG, BESIDE_DEG],
  [-BESIDE_DEG, -BESIDE_DEG],
] as const

type Locate = (place: Place) => Pick<UnitGrid, 'code'> | undefined

/**
 * What a scope lets one see of a line. Streets are the ground on which everybody who sees the map
 * looks; a pipe is seen by those who see its network, as far as it lies in their areas.
 */
export function seenPaths(
  line: { readonly class: LineClass; readonly group: string | null },
  paths: readonly Path[],
  scope: Scope,
  locate: Locate,
): readonly Path[] {
  if (isStreet(line.class)) return paths
  if (!seesNetwork(scope, line.group)) return []
  if (scope.areas === null) return paths
  const isSeen = (lon: number, lat: number): boolean =>
    BESIDE.some(([east, north]) => {
      const grid = locate({ lon_deg: lon + east, lat_deg: lat + north })
      return grid !== undefined && seesArea(scope, grid.code)
    })
  return paths.flatMap((path) => runsOf(path, isSeen))
}

/** The stretches of a path whose middles are seen, joined where they follow each other. */
function runsOf(path: Path, isSeen: (lon: number, lat: number) => boolean): Path[] {
  const runs: Position[][] = []
  let run: Position[] | undefined
  for (let index = 1; index < path.length; index += 1) {
    const [from, to] = [path[index - 1] as Position, path[index] as Position]
    const [lon, lat] = [0, 1].map((axis) => ((from[axis] ?? 0) + (to[axis] ?? 0)) / 2)
    if (!isSeen(lon as number, lat as number)) run = undefined
    else if (run) run.push(to)
    else runs.push((run = [from, to]))
  }
  return runs
}

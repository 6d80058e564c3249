import type { Place } from '#model/place.ts'
import type { EpochMs } from '#model/time.ts'
import { DEGREE_M, lonDegree_m } from '#rules/place/compile-area.ts'
import { distance_m, type Fix } from '#rules/place/movement.ts'
import type { CollectionPoint, Grids } from './ports.ts'
import type { Track } from './track.ts'

/** So near, and no faster, a vehicle is at a collection point: the bins of a block are lifted at one stop. */
export const VISIT_REACH_M = 60
export const VISIT_KMH = 10

/** The way between two fixes is looked at so often. */
const STEP_M = 20
/** Places that are written alike to so many digits lie in one grid; about ten metres. */
const CELLS_OF_DEGREE = 10_000

/** Who has been at something, the first time. */
export interface Visit {
  readonly deviceId: string
  readonly at: EpochMs
}

/** Gathers which unit grids and collection points the tracks of vehicles came to. */
export class Coverage {
  readonly #grids: Pick<Grids, 'locate'>
  readonly #points: PointIndex
  /** Of places that were looked at, so that a street is looked up once. */
  readonly #codes = new Map<number, string | null>()
  readonly #ofGrids = new Map<string, Visit[]>()
  readonly #ofPoints = new Map<CollectionPoint, Visit[]>()

  constructor(grids: Pick<Grids, 'locate'>, points: readonly CollectionPoint[]) {
    this.#grids = grids
    this.#points = new PointIndex(points)
  }

  /** In the order in which they were added, one for each vehicle. */
  ofGrid(code: string): readonly Visit[] {
    return this.#ofGrids.get(code) ?? []
  }

  ofPoint(point: CollectionPoint): readonly Visit[] {
    return this.#ofPoints.get(point) ?? []
  }

  /** @returns how many grids and points the vehicle came to */
  add(deviceId: string, { runs }: Pick<Track, 'runs'>): { grids: number; points: number } {
    const grids = new Set<string>()
    const points = new Set<CollectionPoint>()
    for (const run of runs) {
      for (const [index, fix] of run.entries()) {
        for (const place of between(run[index - 1], fix)) {
          const code = this.#codeOf(place)
          if (code === null || grids.has(code)) continue
          grids.add(code)
          note(this.#ofGrids, code, { deviceId, at: fix.at })
        }
        if (fix.speed_kmh !== undefined && fix.speed_kmh >= VISIT_KMH) continue
        for (const point of this.#points.near(fix)) {
          if (points.has(point)) continue
          points.add(point)
          note(this.#ofPoints, point, { deviceId, at: fix.at })
        }
      }
    }
    return { grids: grids.size, points: points.size }
  }

  #codeOf({ lon_deg, lat_deg }: Place): string | null {
    const [column, row] = [
      Math.round(lon_deg * CELLS_OF_DEGREE),
      Math.round(lat_deg * CELLS_OF_DEGREE),
    ]
    const cell = row * 4_000_000 + column
    let code = this.#codes.get(cell)
    if (code === undefined) {
      code = this.#grids.locate({ lon_deg, lat_deg })?.code ?? null
      this.#codes.set(cell, code)
    }
    return code
  }
}

/** The places from behind one fix up to the next. */
function* between(from: Fix | undefined, to: Fix): Generator<Place> {
  if (from !== undefined) {
    const steps = Math.max(1, Math.ceil(distance_m(from, to) / STEP_M))
    for (let step = 1; step < steps; step += 1) {
      const share = step / steps
      yield {
        lon_deg: from.lon_deg + (to.lon_deg - from.lon_deg) * share,
        lat_deg: from.lat_deg + (to.lat_deg - from.lat_deg) * share,
      }
    }
  }
  yield to
}

function note<Key>(visits: Map<Key, Visit[]>, key: Key, visit: Visit): void {
  const known = visits.get(key)
  if (known) known.push(visit)
  else visits.set(key, [visit])
}

/** Points by the square of about a hundred metres they lie in. */
class PointIndex {
  readonly #squares = new Map<string, CollectionPoint[]>()

  constructor(points: readonly CollectionPoint[]) {
    for (const point of points) {
      const [column, row] = squareOf(point.place)
      const key = `${column} ${row}`
      const known = this.#squares.get(key)
      if (known) known.push(point)
      else this.#squares.set(key, [point])
    }
  }

  *near(fix: Place): Generator<CollectionPoint> {
    if (this.#squares.size === 0) return
    const [column, row] = squareOf(fix)
    for (let x = column - 1; x <= column + 1; x += 1) {
      for (let y = row - 1; y <= row + 1; y += 1) {
        for (const point of this.#squares.get(`${x} ${y}`) ?? []) {
          if (isNear(fix, point.place)) yield point
        }
      }
    }
  }
}

/** Fine enough that what is near lies in the same square or one beside it, up to 60° of latitude. */
const SQUARES_OF_DEGREE = 900

const squareOf = ({ lon_deg, lat_deg }: Place): readonly [number, number] => [
  Math.floor(lon_deg * SQUARES_OF_DEGREE),
  Math.floor(lat_deg * SQUARES_OF_DEGREE),
]

function isNear(a: Place, b: Place): boolean {
  const x = (a.lon_deg - b.lon_deg) * lonDegree_m(a.lat_deg)
  const y = (a.lat_deg - b.lat_deg) * DEGREE_M
  return x * x + y * y <= VISIT_REACH_M * VISIT_REACH_M
}

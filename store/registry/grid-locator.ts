import type { Pool } from 'pg'
import type { Box } from '#model/box.ts'
import type { Place } from '#model/place.ts'
import type { GridGeometry, UnitGrid } from '#model/unit-grid.ts'
import { query, type Session } from '#store/query.ts'

/** Finds the unit grid that holds a place. */
export interface GridIndex {
  locate(place: Place): UnitGrid | undefined
  /** The grids whose box meets a box, at most so many, by code. */
  within(box: Box, most: number): readonly UnitGrid[]
}

/** How an index is made; the geometry of it lies outside the store. */
export type BuildGridIndex = (grids: readonly UnitGrid[]) => GridIndex

export interface GridRow {
  readonly code: string
  readonly district: string
  readonly street: string
  readonly community: string
  readonly geometry: GridGeometry
}

export const toUnitGrid = ({ code, district, street, community, geometry }: GridRow): UnitGrid => ({
  code,
  district,
  street,
  community,
  geometry,
})

/** The grids of one moment with their index. */
export interface GridSet extends GridIndex {
  find(code: string): UnitGrid | undefined
}

/** Every unit grid in memory, for the paths that cannot wait for a query. */
export class GridLocator implements GridSet {
  readonly #build: BuildGridIndex
  #current: GridSet

  private constructor(build: BuildGridIndex, current: GridSet) {
    this.#build = build
    this.#current = current
  }

  static async open(pool: Pool, build: BuildGridIndex): Promise<GridLocator> {
    return new GridLocator(build, await readGrids(pool, build))
  }

  locate(place: Place): UnitGrid | undefined {
    return this.#current.locate(place)
  }

  find(code: string): UnitGrid | undefined {
    return this.#current.find(code)
  }

  within(box: Box, most: number): readonly UnitGrid[] {
    return this.#current.within(box, most)
  }

  /** The grids as a session sees them, which may be in the middle of changing them. */
  read(session: Session): Promise<GridSet> {
    return readGrids(session, this.#build)
  }

  /** Takes a set into use and hands back the one before it. */
  replace(set: GridSet): GridSet {
    const before = this.#current
    this.#current = set
    return before
  }
}

async function readGrids(session: Session, build: BuildGridIndex): Promise<GridSet> {
  const rows = await query<GridRow>(
    session,
    'select code, district, street, community, geometry from unit_grid order by code',
  )
  const grids = rows.map(toUnitGrid)
  const byCode = new Map(grids.map((grid) => [grid.code, grid]))
  const index = build(grids)
  return {
    locate: (place) => index.locate(place),
    within: (box, most) => index.within(box, most),
    find: (code) => byCode.get(code),
  }
}

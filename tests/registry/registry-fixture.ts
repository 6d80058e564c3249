import type { UnitGrid } from '#model/unit-grid.ts'
import { buildGridIndex } from '#rules/grid-index.ts'
import { systemClock } from '#runtime/clock.ts'
import { silentLogger } from '#runtime/logger.ts'
import { DeviceDirectory } from '#store/device-directory.ts'
import { createLineRegistry } from '#store/lines/line-registry.ts'
import { LineRevision } from '#store/lines/line-revision.ts'
import { linesOnMap } from '#store/lines/lines-on-map.ts'
import { AreaDirectory } from '#store/registry/area-directory.ts'
import { createAreaRegistry } from '#store/registry/area-registry.ts'
import { createDeviceRegistry } from '#store/registry/device-registry.ts'
import { GridLocator } from '#store/registry/grid-locator.ts'
import { createGridRegistry } from '#store/registry/grid-registry.ts'
import { createImports } from '#store/registry/imports.ts'
import { createPartRegistry } from '#store/registry/part-registry.ts'
import { freshDatabase, type TestDatabase } from '#tests/support/database.ts'

/** The whole registry over an empty database. */
export async function openRegistry() {
  const test: TestDatabase = await freshDatabase()
  const { pool } = test.database
  const directory = await DeviceDirectory.open(pool, silentLogger)
  const grids = await GridLocator.open(pool, buildGridIndex)
  const areas = await AreaDirectory.open(pool, silentLogger)
  const lineRevision = new LineRevision()
  const named = new Map<string, string>()
  const context = { pool, directory, grids, areas, lineRevision, clock: systemClock }
  return {
    pool,
    directory,
    locator: grids,
    devices: createDeviceRegistry(context),
    parts: createPartRegistry(context),
    grids: createGridRegistry(context),
    areas: createAreaRegistry({ pool, areas, inUse: (id) => named.get(id) }),
    areaDirectory: areas,
    /** Who names an area, by its id. */
    named,
    lines: createLineRegistry(context),
    linesOnMap: linesOnMap(pool, grids, lineRevision),
    imports: createImports(context),
    async close() {
      directory.close()
      areas.close()
      await test.drop()
    },
  }
}

export type TestRegistry = Awaited<ReturnType<typeof openRegistry>>

/** A square of a hundredth of a degree whose south-west corner is given in hundredths. */
export function square(code: string, x: number, y: number): UnitGrid {
  const [west, south, east, north] = [x / 100, y / 100, (x + 1) / 100, (y + 1) / 100]
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ]
  return {
    code,
    district: '盐湖区',
    street: '中城街道',
    community: '河东社区',
    geometry: { type: 'Polygon', coordinates: [ring] },
  }
}

/** Rows of an import, one per line from line 2 on. */
export async function* rowsOf(values: readonly Readonly<Record<string, unknown>>[]) {
  for (const [index, value] of values.entries()) yield { line: index + 2, value, reasons: [] }
}

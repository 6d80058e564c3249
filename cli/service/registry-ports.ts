import type { ReadSeries } from '#api/routes/series-routes.ts'
import { areaUser } from '#monitor/named-areas.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Database } from '#store/database.ts'
import type { DeviceDirectory } from '#store/device-directory.ts'
import { createLineRegistry } from '#store/lines/line-registry.ts'
import { LineRevision } from '#store/lines/line-revision.ts'
import { linesOnMap } from '#store/lines/lines-on-map.ts'
import { gridLoads } from '#store/queries/grid-loads.ts'
import { partsOnMap } from '#store/queries/parts-on-map.ts'
import { createQuarantineQueries } from '#store/queries/quarantine.ts'
import { createReadingQueries } from '#store/queries/readings.ts'
import { readSeries, readTruths } from '#store/queries/series.ts'
import type { AreaDirectory } from '#store/registry/area-directory.ts'
import { createAreaRegistry } from '#store/registry/area-registry.ts'
import { createDeviceRegistry } from '#store/registry/device-registry.ts'
import type { GridLocator } from '#store/registry/grid-locator.ts'
import { createGridRegistry } from '#store/registry/grid-registry.ts'
import { createImports } from '#store/registry/imports.ts'
import { createPartRegistry } from '#store/registry/part-registry.ts'
import type { openRuleParts } from './rule-parts.ts'
import { trackParts } from './track-parts.ts'

interface RegistryParts {
  readonly pool: Database['pool']
  readonly directory: DeviceDirectory
  readonly grids: GridLocator
  readonly areas: AreaDirectory
  readonly clock: Clock
  /** Of the city. */
  readonly timeZone: string
  readonly ruleParts: Pick<Awaited<ReturnType<typeof openRuleParts>>, 'rules' | 'book'>
}

/** Channels over a span. */
export const seriesParts = (pool: Database['pool']): ReadSeries => ({
  numbers: (question) => readSeries(pool, question),
  truths: (question, most) => readTruths(pool, question, most),
})

/** What the API needs of devices, parts, grids and areas, and of what they sent. */
export function registryPorts({ ruleParts, ...registry }: RegistryParts) {
  const { pool, directory, areas } = registry
  const lineRevision = new LineRevision()
  return {
    devices: createDeviceRegistry(registry),
    parts: createPartRegistry(registry),
    partsOnMap: partsOnMap(pool),
    grids: createGridRegistry(registry),
    gridLoads: gridLoads(pool, registry.grids),
    areas: createAreaRegistry({
      pool,
      areas,
      inUse: (id) => areaUser(id, ruleParts.rules(), ruleParts.book.snapshot.overrides),
    }),
    lines: createLineRegistry({ ...registry, lineRevision }),
    linesOnMap: linesOnMap(pool, registry.grids, lineRevision),
    imports: createImports({ ...registry, lineRevision }),
    findDevice: (id: string) => directory.find(id),
    readings: createReadingQueries(pool),
    readSeries: seriesParts(pool),
    tracks: trackParts(registry),
    quarantine: createQuarantineQueries(pool),
  }
}

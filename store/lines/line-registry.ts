import type { Pool } from 'pg'
import type { CityLine, LineClass } from '#model/city-line.ts'
import type { Device } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import type { Place } from '#model/place.ts'
import { type Scope, WHOLE_CITY } from '#model/principal.ts'
import { seesDevice } from '#model/sees-device.ts'
import type { DeviceDirectory } from '#store/device-directory.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { query } from '#store/query.ts'
import { refuse } from '#store/registry/check.ts'
import type { GridLocator } from '#store/registry/grid-locator.ts'
import { checkLine } from './line-fault.ts'
import {
  LINE_COLUMNS,
  type LineRecord,
  type LineRow,
  toLineRecord,
  writeLines,
} from './line-record.ts'
import type { LineRevision } from './line-revision.ts'
import { distanceToPath_m, type Path, pathsOf } from './paths.ts'
import { seenPaths } from './seen-paths.ts'

interface LineRegistryParts {
  readonly pool: Pool
  readonly grids: Pick<GridLocator, 'locate'>
  readonly directory: Pick<DeviceDirectory, 'devices'>
  readonly lineRevision: LineRevision
}

/** A device on a line or beside it. */
export interface BesideLine {
  readonly device: Device
  readonly distance_m: number
}

/** What stands in the same street or above the same pipe. */
const BESIDE_M = 15
const BESIDE_MOST = 20

/** Streets and pipes one by one. What a scope does not let one see of them is not there. */
export function createLineRegistry({ pool, grids, directory, lineRevision }: LineRegistryParts) {
  return {
    async list(
      filter: PageRequest & { readonly class?: LineClass | undefined },
    ): Promise<Page<LineRecord>> {
      const after = decodeCursor(filter.after, ['string'])
      const where = new Conditions()
        .addGiven('id > ?', after?.[0])
        .addGiven('class = ?', filter.class)
      const rows = await query<LineRow>(
        pool,
        `select ${LINE_COLUMNS} from city_line ${where.clause()} order by id limit ${rowsFor(filter.limit)}`,
        where.values,
      )
      return toPage(rows, filter.limit, toLineRecord, (row) => [row.id])
    },

    /** @throws Rejected('not-found') */
    async get(
      id: string,
      scope: Scope = WHOLE_CITY,
    ): Promise<{ readonly line: LineRecord; readonly beside: readonly BesideLine[] }> {
      const [row] = await query<LineRow>(
        pool,
        `select ${LINE_COLUMNS} from city_line where id = $1`,
        [id],
      )
      const whole = row && toLineRecord(row)
      const paths = whole
        ? seenPaths(whole, pathsOf(whole.geometry), scope, (place) => grids.locate(place))
        : []
      if (!whole || paths.length === 0) throw noSuchLine(id)
      const geometry = { type: 'MultiLineString', coordinates: paths } as const
      return { line: { ...whole, geometry }, beside: devicesBeside(directory, paths, scope) }
    },

    /**
     * Adds a line or takes it for the one of that id. @returns whether it is new
     *
     * @throws Rejected('invalid-input') with every reason
     */
    async put(line: CityLine): Promise<boolean> {
      refuse(checkLine({ ...line }))
      const [written] = await writeLines(pool, [line], false)
      lineRevision.rise()
      return written?.is_new === true
    },

    /** @throws Rejected('not-found') */
    async remove(id: string): Promise<void> {
      const removed = await query(pool, 'delete from city_line where id = $1 returning id', [id])
      lineRevision.rise()
      if (removed.length === 0) throw noSuchLine(id)
    },
  }
}

function devicesBeside(
  directory: Pick<DeviceDirectory, 'devices'>,
  paths: readonly Path[],
  scope: Scope,
): BesideLine[] {
  const margin_deg = BESIDE_M / 50_000
  const places = paths.flat()
  const [lons, lats] = [0, 1].map((axis) => places.map((place) => place[axis] as number))
  const edges = [lons, lats].map((each = []) => [
    each.reduce((least, value) => Math.min(least, value), Infinity) - margin_deg,
    each.reduce((most, value) => Math.max(most, value), -Infinity) + margin_deg,
  ])
  const [[west = 0, east = 0] = [], [south = 0, north = 0] = []] = edges
  const isClose = ({ lon_deg, lat_deg }: Place): boolean =>
    lon_deg >= west && lon_deg <= east && lat_deg >= south && lat_deg <= north
  const found: BesideLine[] = []
  for (const device of directory.devices()) {
    const { place } = device
    if (place === null || !isClose(place) || !seesDevice(scope, device)) continue
    const distance_m = Math.min(...paths.map((path) => distanceToPath_m(place, path)))
    if (distance_m <= BESIDE_M) found.push({ device, distance_m })
  }
  return found.sort((a, b) => a.distance_m - b.distance_m).slice(0, BESIDE_MOST)
}

const noSuchLine = (id: string): Rejected =>
  new Rejected('not-found', `no street or pipe ${id} is in the registry`, { detail: { id } })

import { stringify } from 'csv-stringify/sync'
import { Rejected } from '#model/error.ts'
import type { ImportReport } from '#model/import-report.ts'
import type { DurationMs } from '#model/time.ts'
import type { UnitGrid } from '#model/unit-grid.ts'
import type { City } from '#simulator/world/city.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { askService, type ServiceAddress } from './service-client.ts'

export interface RegisterOptions {
  readonly service: ServiceAddress
  readonly interval: (kind: string) => DurationMs
  readonly signal?: AbortSignal
  /** Called after each file with the devices registered so far. */
  readonly onProgress?: (devices: number) => void
}

// A file of this many devices is hashed in a few seconds: no request runs into a timeout.
const DEVICES_PER_FILE = 2_000

/**
 * Brings grids, parts and devices of the city into the registry, as a city would: as files. What
 * is there already is brought to the state of this run.
 *
 * @throws Rejected('invalid-input') with the first reasons when rows are refused; the errors of
 *   {@link askService} otherwise.
 */
export async function registerCity(city: City, options: RegisterOptions): Promise<void> {
  const post = (what: string, contentType: string, body: string): Promise<void> =>
    importFile(what, contentType, body, options)
  await post('grids', 'application/geo+json', gridsGeoJson(city.grids))
  const { parts, devices } = city
  if (parts.length > 0) await post('parts', 'text/csv', csv(parts.map((part) => ({ ...part }))))
  for (let from = 0; from < devices.length; from += DEVICES_PER_FILE) {
    const some = devices.slice(from, from + DEVICES_PER_FILE)
    const rows = some.map((device) => deviceRow(device, options.interval(device.kind)))
    await post('devices', 'text/csv', csv(rows))
    options.onProgress?.(from + some.length)
  }
}

async function importFile(
  what: string,
  contentType: string,
  body: string,
  { service, signal }: RegisterOptions,
): Promise<void> {
  const path = `/api/v1/imports/${what}`
  try {
    const request = { method: 'POST', path, contentType, body } as const
    await askService(service, signal ? { ...request, signal } : request)
  } catch (error) {
    throw (error instanceof Rejected && refusedRows(what, error)) || error
  }
}

const ROWS_SHOWN = 3

/** The problem of a file that was not kept carries the report on its rows. */
function refusedRows(what: string, error: Rejected): Rejected | undefined {
  const { rows, rejected } = error.detail['problem'] as Partial<ImportReport>
  if (!rows) return undefined
  const words = rows.slice(0, ROWS_SHOWN).map(({ line, id, reasons }) => {
    return `line ${line} (${id ?? 'no id'}): ${reasons.map(({ detail }) => detail).join(', ')}`
  })
  const message = `${rejected} ${what} were refused by the registry: ${words.join('; ')}`
  return new Rejected('invalid-input', message, { cause: error })
}

/** One feature per unit grid, as `wanmi import grids` reads it. */
const gridsGeoJson = (grids: readonly UnitGrid[]): string =>
  JSON.stringify({
    type: 'FeatureCollection',
    features: grids.map(({ geometry, ...properties }) => ({
      type: 'Feature',
      properties,
      geometry,
    })),
  })

const INTERVAL_MIN_S = 1

const deviceRow = (device: SimulatedDevice, interval: DurationMs) => ({
  id: device.id,
  kind: device.kind,
  label: device.label,
  lon_deg: device.spot?.place.lon_deg,
  lat_deg: device.spot?.place.lat_deg,
  address: device.spot?.address,
  partId: device.part?.id,
  group: device.group,
  reportingInterval_s: Math.max(INTERVAL_MIN_S, interval / 1_000),
  secret: device.secret,
})

const csv = (rows: readonly Readonly<Record<string, unknown>>[]): string =>
  stringify([...rows], { header: true })

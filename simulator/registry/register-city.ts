import { stringify } from 'csv-stringify/sync'
import type { DurationMs } from '#model/time.ts'
import type { UnitGrid } from '#model/unit-grid.ts'
import type { City } from '#simulator/world/city.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import { type ImportFile, importFile } from './import-file.ts'
import type { ServiceAddress } from './service-client.ts'

export interface RegisterOptions {
  readonly service: ServiceAddress
  readonly interval: (kind: string) => DurationMs
  readonly signal?: AbortSignal
  /** Called after each file with the devices registered so far. */
  readonly onProgress?: (devices: number) => void
}

// A file of this many devices is hashed in a few seconds: no request runs into a timeout.
const DEVICES_PER_FILE = 2_000
const CSV = { contentType: 'text/csv' } as const

/**
 * Brings grids, parts and devices of the city into the registry, as a city would: as files. What
 * is there already is brought to the state of this run.
 *
 * @throws what {@link importFile} throws.
 */
export async function registerCity(city: City, options: RegisterOptions): Promise<void> {
  const { service, signal } = options
  const send = (file: ImportFile): Promise<unknown> => importFile(service, file, signal)
  const grids = gridsGeoJson(city.grids)
  await send({ what: 'grids', contentType: 'application/geo+json', body: grids })
  const { parts, devices } = city
  if (parts.length > 0)
    await send({ what: 'parts', ...CSV, body: csv(parts.map((part) => ({ ...part }))) })
  for (let from = 0; from < devices.length; from += DEVICES_PER_FILE) {
    const some = devices.slice(from, from + DEVICES_PER_FILE)
    const rows = some.map((device) => deviceRow(device, options.interval(device.kind)))
    await send({ what: 'devices', ...CSV, body: csv(rows) })
    options.onProgress?.(from + some.length)
  }
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
  // By which rules tell a sewer from a main.
  'attr.medium': device.medium,
})

const csv = (rows: readonly Readonly<Record<string, unknown>>[]): string =>
  stringify([...rows], { header: true })

import { stringify } from 'csv-stringify/sync'
import type { DurationMs } from '#model/time.ts'
import type { City } from '#simulator/world/city.ts'
import { cityLines } from '#simulator/world/city-lines.ts'
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
const GEOJSON = { contentType: 'application/geo+json' } as const
const CSV = { contentType: 'text/csv' } as const

/**
 * Brings grids, streets and pipes, parts and devices of the city into the registry, as a city would: as files. What
 * is there already is brought to the state of this run.
 *
 * @throws what {@link importFile} throws.
 */
export async function registerCity(city: City, options: RegisterOptions): Promise<void> {
  const { service, signal } = options
  const send = (file: ImportFile): Promise<unknown> => importFile(service, file, signal)
  await send({ what: 'grids', ...GEOJSON, body: geoJson(city.grids) })
  await send({ what: 'lines', ...GEOJSON, body: geoJson(cityLines(city)) })
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

/** One feature per unit grid, street or pipe, as `wanmi import` reads it. */
const geoJson = (shapes: readonly { readonly geometry: object }[]): string =>
  JSON.stringify({
    type: 'FeatureCollection',
    features: shapes.map(({ geometry, ...properties }) => ({
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

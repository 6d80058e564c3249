import { Rejected } from '#model/error.ts'
import { IMPORT_REASONS, type ImportReason, type ImportReasonCode } from '#model/import-report.ts'
import type { ImportFormat, ImportRow } from './import-format.ts'
import { splitFeatures } from './split-features.ts'

type Members = Readonly<Record<string, unknown>>

/**
 * The rows of a GeoJSON FeatureCollection: the properties of each feature by their names, its
 * geometry as place or as it is, its `id` where the properties give none. Null counts as absent, also
 * in place of an attribute.
 *
 * @throws Rejected('invalid-input') when the file is no such collection, or says that its
 *   coordinates are not longitude and latitude.
 */
export async function* geojsonRows(
  text: AsyncIterable<string>,
  format: ImportFormat,
): AsyncGenerator<ImportRow> {
  for await (const feature of splitFeatures(text, checkFrame)) {
    yield { line: feature.line, ...readFeature(feature.text, format) }
  }
}

const refused = (code: ImportReasonCode, detail: string): Omit<ImportRow, 'line'> => ({
  value: {},
  reasons: [{ code, detail }],
})

function readFeature(text: string | null, format: ImportFormat): Omit<ImportRow, 'line'> {
  if (text === null) return refused('row-too-large', IMPORT_REASONS['row-too-large'])
  let feature: Members
  try {
    feature = JSON.parse(text) as Members
  } catch (error) {
    return refused('not-json', `the feature is not JSON: ${(error as Error).message}`)
  }
  const { type, properties, geometry, id } = feature
  if (type !== 'Feature' || !isObject(properties ?? {})) {
    return refused('not-feature', 'the item is not of type Feature with an object of properties')
  }
  const own: Members = {
    ...(typeof id === 'string' || typeof id === 'number' ? { [format.id]: String(id) } : {}),
    ...withoutNulls((properties ?? {}) as Members),
  }
  const { attributes } = own
  const shape = readGeometry(geometry ?? null, format)
  const known = isObject(attributes) ? { attributes: withoutNulls(attributes) } : {}
  return { value: { ...shape.value, ...own, ...known }, reasons: shape.reasons }
}

function readGeometry(
  geometry: unknown,
  format: ImportFormat,
): { value: Members; reasons: ImportReason[] } {
  if (geometry === null) return { value: {}, reasons: [] }
  if (format.geometry === 'shape') return { value: { geometry }, reasons: [] }
  const { type, coordinates } = isObject(geometry) ? geometry : {}
  if (type === 'Point' && Array.isArray(coordinates) && coordinates.length >= 2) {
    const [lon_deg, lat_deg] = coordinates as unknown[]
    return { value: { lon_deg, lat_deg }, reasons: [] }
  }
  const detail = 'the geometry is not a Point'
  return { value: {}, reasons: [{ code: 'not-feature', field: 'geometry', detail }] }
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const withoutNulls = (members: Members): Members =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null))

/** The name of a system whose pairs are longitude and latitude, in any of its usual spellings. */
const DEGREES = /(CRS84|EPSG:{1,2}(4326|4490))$/i

function checkFrame(text: string): void {
  const frame = parseFrame(text)
  if (!isObject(frame) || frame.type !== 'FeatureCollection' || !Array.isArray(frame.features)) {
    throw new Rejected('invalid-input', 'the file is not a GeoJSON FeatureCollection')
  }
  const crs = (frame.crs as { properties?: { name?: unknown } } | null | undefined)?.properties
  if (typeof crs?.name === 'string' && !DEGREES.test(crs.name)) {
    throw new Rejected(
      'invalid-input',
      `the coordinates are in ${crs.name}; GeoJSON is in longitude and latitude of WGS-84`,
    )
  }
}

function parseFrame(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Rejected('invalid-input', `the file is not JSON: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

import type { TSchema } from 'typebox'
import { Rejected } from '#model/error.ts'
import { IMPORT_REASONS, type ImportReason } from '#model/import-report.ts'
import { type PlaceFault, placeFault } from '#model/place.ts'
import { type SchemaFault, schemaCheck } from '#model/schema-fault.ts'
import { isStorable } from '#model/storable.ts'

/** What is wrong with one object of the registry as it was given, every reason at once. */
export type Check = (value: Readonly<Record<string, unknown>>) => ImportReason[]

/** A check by schema, by what the database can hold and, where there is a place, by place. */
export function registryCheck(schema: TSchema): Check {
  const schemaFaults = schemaCheck(schema)
  return (value) => [
    ...schemaFaults(value).filter(isNotRange).map(reasonOf),
    ...unstorableFields(value),
    ...placeReasons(value.lon_deg, value.lat_deg),
  ]
}

/** @throws Rejected('invalid-input') that carries the reasons, when there are any. */
export function refuse(reasons: readonly ImportReason[]): void {
  if (reasons.length === 0) return
  throw new Rejected('invalid-input', reasons.map((reason) => reason.detail).join('; '), {
    detail: { errors: reasons },
  })
}

/** A longitude of 95 in the place of a latitude is better called swapped than out of range. */
const isNotRange = ({ field, detail }: SchemaFault): boolean =>
  !((field === 'lon_deg' || field === 'lat_deg') && /must be [<>]=/.test(detail))

function reasonOf({ code, field, detail }: SchemaFault): ImportReason {
  if (field === 'kind' && code === 'bad-value') return { code: 'unknown-kind', field, detail }
  return field === '' ? { code, detail } : { code, field, detail }
}

const unstorableFields = (value: Readonly<Record<string, unknown>>): ImportReason[] =>
  Object.keys(value)
    .filter((field) => !isStorable(value[field]))
    .map((field) => ({
      code: 'text-not-storable',
      field,
      detail: `${field}: ${IMPORT_REASONS['text-not-storable']}`,
    }))

/** Values of the wrong type are named by the schema already. */
function placeReasons(lon_deg: unknown, lat_deg: unknown): ImportReason[] {
  const [lon, lat] = [lon_deg ?? undefined, lat_deg ?? undefined]
  if (!isDegrees(lon) || !isDegrees(lat)) return []
  const fault = placeFault(lon, lat)
  return fault === undefined ? [] : [placeReason(fault)]
}

const isDegrees = (value: unknown): value is number | undefined =>
  value === undefined || typeof value === 'number'

const placeReason = (code: PlaceFault): ImportReason => ({
  code,
  detail: IMPORT_REASONS[code],
})

import { ATTRIBUTES_MAX, type Attributes } from '#model/attributes.ts'
import type { Device } from '#model/device.ts'
import type { ImportReason } from '#model/import-report.ts'
import type { Scope } from '#model/principal.ts'
import { type EpochMs, formatInstant } from '#model/time.ts'
import { Conditions } from '#store/queries/conditions.ts'
import { addScope, PART_SCOPE } from '#store/queries/scope.ts'
import { query, type Session } from '#store/query.ts'
import { DEVICE_COLUMNS, type DeviceRow } from './device-record.ts'

/** A device to write, with what only its row has. */
export interface DeviceWrite {
  readonly device: Device
  readonly secretHash: string
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

/** Devices as they are stored, kept from changing until the end of the transaction. */
export async function lockDevices(
  session: Session,
  ids: readonly string[],
): Promise<ReadonlyMap<string, DeviceRow>> {
  const rows = await query<DeviceRow>(
    session,
    `select ${DEVICE_COLUMNS} from device where id = any($1) order by id for update`,
    [ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/**
 * Writes devices in one statement.
 *
 * @param existing what to do with those that are registered already: leave them, or write over them
 * @returns the rows that were written
 */
export function writeDevices(
  session: Session,
  writes: readonly DeviceWrite[],
  existing: 'leave' | 'overwrite',
): Promise<DeviceRow[]> {
  const action = existing === 'leave' ? 'nothing' : `update set ${OVERWRITE}`
  return query<DeviceRow>(
    session,
    `insert into device (${DEVICE_COLUMNS})
     select ${DEVICE_COLUMNS} from jsonb_to_recordset($1::jsonb) as given(
       id text, kind text, label text, lon_deg double precision, lat_deg double precision,
       address text, part_id text, grid_code text, device_group text, attributes jsonb,
       coordinate_system text, reporting_interval_ms integer, enabled boolean, secret_hash text, created_at timestamptz,
       updated_at timestamptz)
     order by id
     on conflict (id) do ${action}
     returning ${DEVICE_COLUMNS}`,
    [JSON.stringify(writes.map(toStoredRow))],
  )
}

const OVERWRITE = DEVICE_COLUMNS.split(', ')
  .filter((column) => column !== 'id' && column !== 'created_at')
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')

const toStoredRow = ({ device, secretHash, createdAt, updatedAt }: DeviceWrite) => ({
  id: device.id,
  kind: device.kind,
  label: device.label,
  lon_deg: device.place?.lon_deg,
  lat_deg: device.place?.lat_deg,
  address: device.address,
  part_id: device.partId,
  grid_code: device.gridCode,
  device_group: device.group,
  attributes: device.attributes,
  coordinate_system: device.coordinateSystem,
  reporting_interval_ms: device.reportingInterval,
  enabled: device.enabled,
  secret_hash: secretHash,
  created_at: formatInstant(createdAt),
  updated_at: formatInstant(updatedAt),
})

/** Which of these part codes are not in the registry, as far as the scope sees it. */
export async function unknownParts(
  session: Session,
  ids: readonly string[],
  scope: Scope,
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const where = addScope(new Conditions().add('part.id = given.id'), scope, PART_SCOPE)
  const rows = await query<{ id: string }>(
    session,
    `select given.id from unnest($${where.values.length + 1}::text[]) as given(id)
     where not exists (select from part ${where.clause()})`,
    [...where.values, ids],
  )
  return new Set(rows.map((row) => row.id))
}

export const unknownPart = (id: string): ImportReason => ({
  code: 'unknown-part',
  field: 'partId',
  detail: `no part ${id} is in the registry`,
})

/** A change that is fine by itself may be one too many for the device. */
export function tooManyAttributes(attributes: Attributes): ImportReason[] {
  const count = Object.keys(attributes).length
  if (count <= ATTRIBUTES_MAX) return []
  const detail = `the device would have ${count} attributes; at most ${ATTRIBUTES_MAX} are kept`
  return [{ code: 'bad-value', field: 'attributes', detail }]
}

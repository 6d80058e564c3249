import { type Attributes, changeAttributes, NO_ATTRIBUTES } from '#model/attributes.ts'
import type { Device, DevicePatch, NewDevice } from '#model/device.ts'
import { findKind } from '#model/kinds.ts'
import { type CoordinateSystem, type Place, toWgs84 } from '#model/place.ts'
import { type EpochMs, milliseconds, seconds } from '#model/time.ts'

/** A device as the registry keeps it, with the times of its record. */
export interface DeviceRecord extends Device {
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

/** A row of the table `device`. */
export interface DeviceRow {
  readonly id: string
  readonly kind: string
  readonly label: string | null
  readonly lon_deg: number | null
  readonly lat_deg: number | null
  readonly address: string | null
  readonly part_id: string | null
  readonly grid_code: string | null
  readonly device_group: string | null
  readonly attributes: Attributes
  readonly coordinate_system: CoordinateSystem
  readonly reporting_interval_ms: number
  readonly enabled: boolean
  readonly secret_hash: string
  readonly created_at: EpochMs
  readonly updated_at: EpochMs
}

export const DEVICE_COLUMNS =
  'id, kind, label, lon_deg, lat_deg, address, part_id, grid_code, device_group, ' +
  'attributes, coordinate_system, reporting_interval_ms, enabled, secret_hash, created_at, updated_at'

export const toDevice = (row: DeviceRow): Device => ({
  id: row.id,
  kind: row.kind,
  label: row.label,
  place: placeOfRow(row),
  address: row.address,
  partId: row.part_id,
  gridCode: row.grid_code,
  group: row.device_group,
  attributes: Object.keys(row.attributes).length === 0 ? NO_ATTRIBUTES : row.attributes,
  coordinateSystem: row.coordinate_system,
  reportingInterval: milliseconds(row.reporting_interval_ms),
  enabled: row.enabled,
})

export const toDeviceRecord = (row: DeviceRow): DeviceRecord => ({
  ...toDevice(row),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

/** The place two nullable columns hold. */
export const placeOfRow = (row: {
  readonly lon_deg: number | null
  readonly lat_deg: number | null
}): Place | null =>
  row.lon_deg === null || row.lat_deg === null
    ? null
    : { lon_deg: row.lon_deg, lat_deg: row.lat_deg }

/** What a person asks for: a new device in whole, or a change to one. */
export type DeviceChange = Partial<NewDevice> | DevicePatch

/**
 * The device after the change; what the change leaves out stays, or takes its default where there
 * was none. A place is turned into WGS-84 here and nowhere else, so it is never shifted twice.
 */
export function changeDevice(
  before: Device | undefined,
  change: DeviceChange,
  id: string,
  kind: string,
): Omit<Device, 'gridCode'> {
  const coordinateSystem = change.coordinateSystem ?? before?.coordinateSystem ?? 'wgs84'
  return {
    id,
    kind,
    label: chosen(change.label, before?.label),
    place: changedPlace(change, before?.place ?? null, coordinateSystem, kind),
    address: chosen(change.address, before?.address),
    partId: chosen(change.partId, before?.partId),
    group: chosen(change.group, before?.group),
    attributes: changeAttributes(before?.attributes ?? NO_ATTRIBUTES, change.attributes),
    coordinateSystem,
    reportingInterval: changedInterval(change.reportingInterval_s, before, kind),
    enabled: change.enabled ?? before?.enabled ?? true,
  }
}

/** Undefined leaves a value as it is, null takes it away. */
export const chosen = <Value>(
  given: Value | null | undefined,
  before: Value | null | undefined,
): Value | null => (given === undefined ? (before ?? null) : given)

function changedPlace(
  { lon_deg, lat_deg }: DeviceChange,
  before: Place | null,
  coordinateSystem: CoordinateSystem,
  kind: string,
): Place | null {
  if (findKind(kind)?.mobile) return null
  if (lon_deg === undefined && lat_deg === undefined) return before
  if (typeof lon_deg !== 'number' || typeof lat_deg !== 'number') return null
  return toWgs84({ lon_deg, lat_deg }, coordinateSystem)
}

function changedInterval(
  given: number | null | undefined,
  before: Device | undefined,
  kind: string,
): Device['reportingInterval'] {
  if (typeof given === 'number') return milliseconds(Math.round(seconds(given)))
  if (given === undefined && before) return before.reportingInterval
  return findKind(kind)?.reportingInterval ?? milliseconds(0)
}

import { type Static, Type } from 'typebox'
import { Instant } from '#api/instant.ts'
import { AttributesSchema } from '#model/attributes.ts'
import type { Device } from '#model/device.ts'
import { KIND_NAMES } from '#model/kinds.ts'
import { COORDINATE_SYSTEMS } from '#model/place.ts'
import { type EpochMs, formatInstant } from '#model/time.ts'
import { nullable, PlaceView, refTo } from './shared.ts'

/** A device with the times of its record. */
export interface DeviceRecord extends Device {
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

/**
 * What is shown of a device. The place has another form than in a request, so that a device that is
 * read and sent back is never shifted a second time.
 */
export const DeviceView = Type.Object(
  {
    id: Type.String(),
    kind: Type.Enum([...KIND_NAMES]),
    label: nullable(Type.String()),
    place: nullable(refTo(PlaceView)),
    address: nullable(Type.String()),
    partId: nullable(Type.String()),
    gridCode: nullable(Type.String({ description: 'The unit grid that holds the place.' })),
    group: nullable(Type.String()),
    attributes: AttributesSchema,
    coordinateSystem: Type.Enum([...COORDINATE_SYSTEMS], {
      description: "Of the device's own fixes; `place` is WGS-84.",
    }),
    reportingInterval_s: Type.Number(),
    enabled: Type.Boolean(),
    createdAt: Instant,
    updatedAt: Instant,
  },
  { $id: 'Device' },
)
export type DeviceView = Static<typeof DeviceView>

export const showDevice = (device: DeviceRecord): DeviceView => ({
  id: device.id,
  kind: device.kind,
  label: device.label,
  place: device.place,
  address: device.address,
  partId: device.partId,
  gridCode: device.gridCode,
  group: device.group,
  attributes: device.attributes,
  coordinateSystem: device.coordinateSystem,
  reportingInterval_s: device.reportingInterval / 1_000,
  enabled: device.enabled,
  createdAt: formatInstant(device.createdAt),
  updatedAt: formatInstant(device.updatedAt),
})

import { Type } from 'typebox'
import { type Attributes, AttributesPatch, AttributesSchema } from './attributes.ts'
import { clearable } from './clearable.ts'
import { KIND_NAMES } from './kinds.ts'
import { partDistrict } from './part.ts'
import { COORDINATE_SYSTEMS, type CoordinateSystem, type Place } from './place.ts'
import type { DurationMs } from './time.ts'

/** Also the MQTT user name and one level of its topics. */
export const DEVICE_ID_PATTERN = '^[A-Za-z0-9._:-]{1,64}$'
const deviceIdPattern = new RegExp(DEVICE_ID_PATTERN)
export const isDeviceId = (text: string): boolean => deviceIdPattern.test(text)

/** A device as the registry knows it. Its secret is never part of it. */
export interface Device {
  readonly id: string
  readonly kind: string
  readonly label: string | null
  /** WGS-84. Null for mobile kinds and for devices nobody has placed. */
  readonly place: Place | null
  /** A street address or the words people use for the spot. */
  readonly address: string | null
  readonly partId: string | null
  /** Code of the unit grid that holds `place`, worked out when the device or the grids change. */
  readonly gridCode: string | null
  readonly group: string | null
  readonly attributes: Attributes
  /** What the device's own fixes are in. */
  readonly coordinateSystem: CoordinateSystem
  readonly reportingInterval: DurationMs
  readonly enabled: boolean
}

/** Six digits: of the unit grid, else of the part; undefined where there is neither. */
export const districtOf = ({
  gridCode,
  partId,
}: Pick<Device, 'gridCode' | 'partId'>): string | undefined =>
  gridCode?.slice(0, 6) ?? (partId === null ? undefined : partDistrict(partId))

const text = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, description })

const deviceProperties = {
  kind: Type.Enum([...KIND_NAMES], { description: 'The kind of device.' }),
  label: Type.Optional(text(200, 'A name people use.')),
  lon_deg: Type.Optional(
    Type.Number({ description: 'Longitude in the stated coordinate system.' }),
  ),
  lat_deg: Type.Optional(Type.Number({ description: 'Latitude in the stated coordinate system.' })),
  address: Type.Optional(text(300, 'Street address or words for the spot.')),
  partId: Type.Optional(Type.String({ pattern: '^[0-9]{16}$', description: 'The managed part.' })),
  group: Type.Optional(text(64, 'A free grouping, such as a district or an owner.')),
  attributes: Type.Optional(AttributesSchema),
  coordinateSystem: Type.Optional(
    Type.Enum([...COORDINATE_SYSTEMS], {
      description: 'Of lon_deg and lat_deg here and in the readings; wgs84 when absent.',
    }),
  ),
  reportingInterval_s: Type.Optional(
    Type.Number({
      minimum: 1,
      maximum: 2_678_400,
      description: 'Defaults to the usual of its kind.',
    }),
  ),
  enabled: Type.Optional(Type.Boolean({ description: 'A disabled device is not let in.' })),
}

/** What registering a device takes, over HTTP or as one row of an import. */
export const NewDevice = Type.Object(
  {
    id: Type.String({ pattern: DEVICE_ID_PATTERN, description: 'The identity of the device.' }),
    ...deviceProperties,
    secret: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 256,
        description: 'Generated when absent; stored only as a scrypt hash, shown once.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type NewDevice = Type.Static<typeof NewDevice>

/** A change to a registered device; null takes a value away, a field left out stays as it is. */
export const DevicePatch = Type.Object(
  {
    label: clearable(deviceProperties.label),
    lon_deg: clearable(deviceProperties.lon_deg),
    lat_deg: clearable(deviceProperties.lat_deg),
    address: clearable(deviceProperties.address),
    partId: clearable(deviceProperties.partId),
    group: clearable(deviceProperties.group),
    attributes: clearable(AttributesPatch),
    coordinateSystem: deviceProperties.coordinateSystem,
    reportingInterval_s: clearable(deviceProperties.reportingInterval_s),
    enabled: deviceProperties.enabled,
  },
  { additionalProperties: false },
)
export type DevicePatch = Type.Static<typeof DevicePatch>

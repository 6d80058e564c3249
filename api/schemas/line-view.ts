import { type Static, Type } from 'typebox'
import { LINE_CLASSES, LineGeometrySchema } from '#model/city-line.ts'
import type { Device } from '#model/device.ts'
import { nullable } from './shared.ts'

const properties = {
  id: Type.String({ description: 'Its code.' }),
  class: Type.Enum([...LINE_CLASSES]),
  name: nullable(Type.String()),
  diameter_mm: nullable(Type.Number({ description: 'Of a pipe.' })),
  width_m: nullable(Type.Number({ description: 'Of a street.' })),
  material: nullable(Type.String()),
  owningDepartment: nullable(Type.String()),
  group: nullable(Type.String({ description: 'The network it belongs to.' })),
  length_m: Type.Number(),
  geometry: LineGeometrySchema,
}

export const LineView = Type.Object(properties, {
  $id: 'CityLine',
  description: 'A street or a pipe of the city. GeoJSON of WGS-84.',
})
export type LineView = Static<typeof LineView>

const BesideView = Type.Object({
  deviceId: Type.String(),
  kind: Type.String(),
  label: nullable(Type.String()),
  distance_m: Type.Number({ description: 'From the line.' }),
})

export const LineDetail = Type.Object(
  {
    ...properties,
    devices: Type.Array(BesideView, {
      description: 'On the line or within 15 m of it, the nearest first, at most 20.',
    }),
  },
  { $id: 'CityLineDetail' },
)

/** A device on a line or beside it. */
export interface BesideLine {
  readonly device: Device
  readonly distance_m: number
}

export const showBeside = ({ device, distance_m }: BesideLine): Static<typeof BesideView> => ({
  deviceId: device.id,
  kind: device.kind,
  label: device.label,
  distance_m: Math.round(distance_m * 10) / 10,
})

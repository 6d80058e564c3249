import gcoord from 'gcoord'
import type { Geometry, GeometryCollection } from 'geojson'
import { consoleConfiguration } from '#web/src/shared/console-configuration.ts'

/** Degrees, east then north. */
export type LonLat = readonly [lon_deg: number, lat_deg: number]

const SYSTEMS = { gcj02: gcoord.GCJ02, bd09: gcoord.BD09 } as const

/**
 * From WGS-84, in which everything is stored, to where the base map draws it, and back. Only here is
 * anything shifted.
 */
export function toMap([lon, lat]: LonLat): [number, number] {
  const { system } = consoleConfiguration.value.map
  return system === 'wgs84'
    ? [lon, lat]
    : gcoord.transform([lon, lat], gcoord.WGS84, SYSTEMS[system])
}

export function fromMap([lon, lat]: LonLat): [number, number] {
  const { system } = consoleConfiguration.value.map
  return system === 'wgs84'
    ? [lon, lat]
    : gcoord.transform([lon, lat], SYSTEMS[system], gcoord.WGS84)
}

type Coordinates = readonly number[] | readonly Coordinates[]

const shiftAll = (coordinates: Coordinates): Coordinates =>
  typeof coordinates[0] === 'number'
    ? toMap(coordinates as unknown as LonLat)
    : (coordinates as readonly Coordinates[]).map(shiftAll)

/** A geometry of GeoJSON but for collections, shifted as a whole. */
export function shapeToMap<Shape extends Exclude<Geometry, GeometryCollection>>(
  shape: Shape,
): Shape {
  const { system } = consoleConfiguration.value.map
  if (system === 'wgs84') return shape
  return { ...shape, coordinates: shiftAll(shape.coordinates) }
}

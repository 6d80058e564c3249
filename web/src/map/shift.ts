import type { Geometry, GeometryCollection } from 'geojson'
import { fromWgs84, toWgs84 } from '#model/place.ts'
import { consoleConfiguration } from '#web/src/shared/console-configuration.ts'

/** Degrees, east then north. */
export type LonLat = readonly [lon_deg: number, lat_deg: number]

/**
 * From WGS-84, in which everything is stored, to where the base map draws it, and back. Only here is
 * anything shifted.
 */
export function toMap([lon, lat]: LonLat): [number, number] {
  const { system } = consoleConfiguration.value.map
  const { lon_deg, lat_deg } = fromWgs84({ lon_deg: lon, lat_deg: lat }, system)
  return [lon_deg, lat_deg]
}

export function fromMap([lon, lat]: LonLat): [number, number] {
  const { system } = consoleConfiguration.value.map
  const { lon_deg, lat_deg } = toWgs84({ lon_deg: lon, lat_deg: lat }, system)
  return [lon_deg, lat_deg]
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

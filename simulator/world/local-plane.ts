import type { Place } from '#model/place.ts'

/** Metres east and north of the middle of the city. */
export interface Point {
  readonly east_m: number
  readonly north_m: number
}

/** The plane that touches the earth in the middle of the city; good to a few cm over 10 km. */
export interface LocalPlane {
  toPlace(point: Point): Place
}

const RADIANS = Math.PI / 180
// The seventh decimal of a degree is about a centimetre.
const DECIMALS = 1e7

/** Lengths of a degree by the series for the WGS-84 ellipsoid. */
export function localPlane(middle: Place): LocalPlane {
  const latitude = middle.lat_deg * RADIANS
  const northDegree = 111_132.92 - 559.82 * Math.cos(2 * latitude) + 1.175 * Math.cos(4 * latitude)
  const eastDegree = 111_412.84 * Math.cos(latitude) - 93.5 * Math.cos(3 * latitude)
  const round = (degrees: number): number => Math.round(degrees * DECIMALS) / DECIMALS
  return {
    toPlace: (point) => ({
      lon_deg: round(middle.lon_deg + point.east_m / eastDegree),
      lat_deg: round(middle.lat_deg + point.north_m / northDegree),
    }),
  }
}

export const distance_m = (a: Point, b: Point): number =>
  Math.hypot(b.east_m - a.east_m, b.north_m - a.north_m)

/** Degrees clockwise from north, 0 to below 360. */
export const bearing_deg = (from: Point, to: Point): number =>
  (Math.atan2(to.east_m - from.east_m, to.north_m - from.north_m) / RADIANS + 360) % 360

export const along = (from: Point, to: Point, share: number): Point => ({
  east_m: from.east_m + (to.east_m - from.east_m) * share,
  north_m: from.north_m + (to.north_m - from.north_m) * share,
})

/** Of two places of one city. */
export function distanceBetween_m(a: Place, b: Place): number {
  const east = (b.lon_deg - a.lon_deg) * Math.cos(a.lat_deg * RADIANS)
  return Math.hypot(east, b.lat_deg - a.lat_deg) * 111_195
}

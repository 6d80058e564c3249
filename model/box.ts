import type { Place } from './place.ts'

/** West, south, east, north in degrees; west lies east of east across the 180th meridian. */
export type Box = readonly [number, number, number, number]

export const isInBox = (box: Box, { lon_deg, lat_deg }: Place): boolean =>
  holds(box, lon_deg, lat_deg)

/** The same of bare degrees, for many places at once; NaN is nowhere. */
export const holds = (
  [west, south, east, north]: Box,
  lon_deg: number,
  lat_deg: number,
): boolean => {
  if (!(lat_deg >= south && lat_deg <= north)) return false
  return west <= east ? lon_deg >= west && lon_deg <= east : lon_deg >= west || lon_deg <= east
}

/** Whether two boxes have a place in common; the second one does not cross the 180th meridian. */
export const overlaps = (
  [west, south, east, north]: Box,
  [itsWest, itsSouth, itsEast, itsNorth]: Box,
): boolean => {
  if (itsNorth < south || itsSouth > north) return false
  return west <= east ? itsEast >= west && itsWest <= east : itsEast >= west || itsWest <= east
}

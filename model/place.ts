import gcoordModule from 'gcoord'

/** What is used of it: its types describe an ES module, and Node loads the CommonJS build. */
interface Gcoord {
  readonly WGS84: string
  readonly GCJ02: string
  readonly BD09: string
  transform(point: [number, number], from: string, to: string): [number, number]
}

const gcoord = gcoordModule as unknown as Gcoord

/** A point on the earth, WGS-84 unless the name beside it says otherwise. */
export interface Place {
  readonly lon_deg: number
  readonly lat_deg: number
}

/**
 * The coordinate systems devices and files come in. WGS-84 equals CGCS2000 for our accuracy;
 * GCJ-02 is what AMap and Tencent show, BD-09 what Baidu shows.
 */
export const COORDINATE_SYSTEMS = ['wgs84', 'gcj02', 'bd09'] as const
export type CoordinateSystem = (typeof COORDINATE_SYSTEMS)[number]

const CRS = { wgs84: gcoord.WGS84, gcj02: gcoord.GCJ02, bd09: gcoord.BD09 } as const

/** Converts once, at the door. Outside China the shift is the identity. */
export function toWgs84(place: Place, from: CoordinateSystem): Place {
  if (from === 'wgs84') return place
  const [lon_deg, lat_deg] = gcoord.transform(
    [place.lon_deg, place.lat_deg],
    CRS[from],
    gcoord.WGS84,
  )
  return { lon_deg, lat_deg }
}

/** The same point in the system of whoever is told of it. */
export function fromWgs84(place: Place, to: CoordinateSystem): Place {
  if (to === 'wgs84') return place
  const [lon_deg, lat_deg] = gcoord.transform([place.lon_deg, place.lat_deg], gcoord.WGS84, CRS[to])
  return { lon_deg, lat_deg }
}

const PLACE_FAULTS = [
  'place-incomplete',
  'place-null-island',
  'place-swapped',
  'place-projected',
  'place-out-of-range',
] as const
export type PlaceFault = (typeof PLACE_FAULTS)[number]

/** What is wrong with a pair of coordinates, by name; undefined when nothing is. */
export function placeFault(
  lon_deg: number | undefined,
  lat_deg: number | undefined,
): PlaceFault | undefined {
  if (lon_deg === undefined && lat_deg === undefined) return undefined
  if (lon_deg === undefined || lat_deg === undefined) return 'place-incomplete'
  if (lon_deg === 0 && lat_deg === 0) return 'place-null-island'
  const lonFits = lon_deg >= -180 && lon_deg <= 180
  const latFits = lat_deg >= -90 && lat_deg <= 90
  if (lonFits && latFits) return undefined
  if (Math.abs(lat_deg) <= 180 && Math.abs(lon_deg) <= 90) return 'place-swapped'
  // Metres of a plane or Mercator system; degrees never come near this.
  if (Math.abs(lon_deg) > 1_000 || Math.abs(lat_deg) > 1_000) return 'place-projected'
  return 'place-out-of-range'
}

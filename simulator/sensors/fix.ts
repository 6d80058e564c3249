import type { Values } from './measured.ts'

const DEGREE_M = 111_000

export const latOf = (north_m: number): number => north_m / DEGREE_M

export const lonOf = (east_m: number, lat_deg: number): number =>
  east_m / (DEGREE_M * Math.cos((lat_deg * Math.PI) / 180))

/** A reading with its fix so far away from where it was; the same where it has none. */
export function displaced(values: Values, east_m: number, north_m: number): Values {
  const { lon_deg, lat_deg } = values
  if (typeof lon_deg !== 'number' || typeof lat_deg !== 'number') return values
  return {
    ...values,
    lon_deg: lon_deg + lonOf(east_m, lat_deg),
    lat_deg: lat_deg + latOf(north_m),
  }
}

/** A reading of a receiver that sees no satellite. */
export function withoutFix(values: Values): Values {
  const {
    lon_deg: _lon,
    lat_deg: _lat,
    speed_kmh: _speed,
    heading_deg: _heading,
    accuracy_m: _accuracy,
    ...others
  } = values
  return others
}

import { epochMs } from '#model/time.ts'
import type { Fix } from '#rules/place/movement.ts'

/** Metres east and north of a corner in Yuncheng, as places on the earth. */
const [LON, LAT] = [111, 35]
const DEGREE_M = 111_195.08
const LON_DEGREE_M = DEGREE_M * Math.cos((LAT * Math.PI) / 180)

export const START = Date.parse('2026-11-23T00:00:00+08:00')

export const positionAt = (x: number, y: number): [number, number] => [
  LON + x / LON_DEGREE_M,
  LAT + y / DEGREE_M,
]

/** A rectangle by its west, south, east and north, in metres. */
export function boxOf(west: number, south: number, east: number, north: number) {
  const corners: readonly (readonly [number, number])[] = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ]
  return {
    type: 'Polygon' as const,
    coordinates: [corners.map(([x, y]) => positionAt(x, y))] as [[number, number][]],
  }
}

export function fixAt(
  after_s: number,
  x: number,
  y: number,
  told: { readonly accuracy_m?: number | undefined; readonly speed_kmh?: number | undefined },
): Fix {
  const [lon_deg, lat_deg] = positionAt(x, y)
  const { accuracy_m, speed_kmh } = told
  return {
    at: epochMs(START + Math.round(after_s * 1_000)),
    lon_deg,
    lat_deg,
    accuracy_m,
    speed_kmh,
  }
}

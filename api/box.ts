import { Type } from 'typebox'
import { Rejected } from '#model/error.ts'
import type { Place } from '#model/place.ts'

/** West, south, east, north in degrees; west lies east of east across the 180th meridian. */
export type Box = readonly [number, number, number, number]

export const boxParameter = Type.Optional(
  Type.String({
    maxLength: 100,
    description: 'A box in degrees of WGS-84: west,south,east,north.',
  }),
)

/** @throws Rejected('invalid-input') */
export function readBox(text: string | undefined): Box | undefined {
  if (text === undefined) return undefined
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  const [west = NaN, south = NaN, east = NaN, north = NaN] = numbers
  const fits =
    numbers.length === 4 &&
    [west, east].every((degrees) => degrees >= -180 && degrees <= 180) &&
    [south, north].every((degrees) => degrees >= -90 && degrees <= 90) &&
    south <= north
  if (fits) return [west, south, east, north]
  const detail = 'bbox is not west,south,east,north in degrees'
  throw new Rejected('invalid-input', detail, {
    detail: { errors: [{ parameter: 'bbox', detail }] },
  })
}

export function isInBox([west, south, east, north]: Box, { lon_deg, lat_deg }: Place): boolean {
  if (lat_deg < south || lat_deg > north) return false
  return west <= east ? lon_deg >= west && lon_deg <= east : lon_deg >= west || lon_deg <= east
}

import { Type } from 'typebox'
import type { Box } from '#model/box.ts'
import { Rejected } from '#model/error.ts'

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

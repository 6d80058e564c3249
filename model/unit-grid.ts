import { Type } from 'typebox'

/** 6 district + 3 street + 3 community + 3 serial. */
export const GRID_CODE_PATTERN = '^[0-9]{15}$'

const Position = Type.Array(Type.Number(), { minItems: 2, maxItems: 3 })
const Ring = Type.Array(Position, { minItems: 4 })

/** GeoJSON Polygon or MultiPolygon in WGS-84. */
export const GridGeometry = Type.Union([
  Type.Object({ type: Type.Literal('Polygon'), coordinates: Type.Array(Ring, { minItems: 1 }) }),
  Type.Object({
    type: Type.Literal('MultiPolygon'),
    coordinates: Type.Array(Type.Array(Ring, { minItems: 1 }), { minItems: 1 }),
  }),
])
export type GridGeometry = Type.Static<typeof GridGeometry>

/** One cell of the ten-thousand-square-metre grid (单元网格). */
export const UnitGrid = Type.Object(
  {
    code: Type.String({ pattern: GRID_CODE_PATTERN, description: '15-digit unit grid code.' }),
    district: Type.String({ minLength: 1, maxLength: 100 }),
    street: Type.String({ minLength: 1, maxLength: 100 }),
    community: Type.String({ minLength: 1, maxLength: 100 }),
    geometry: GridGeometry,
  },
  { additionalProperties: false },
)
export type UnitGrid = Type.Static<typeof UnitGrid>

/** A change to a unit grid; a field left out stays as it is. */
export const UnitGridPatch = Type.Partial(Type.Omit(UnitGrid, ['code']), {
  additionalProperties: false,
})
export type UnitGridPatch = Type.Static<typeof UnitGridPatch>

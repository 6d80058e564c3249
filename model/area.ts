import { Type } from 'typebox'
import type { Bilingual } from './text.ts'

export const AREA_ID_PATTERN = '^[a-z0-9][a-z0-9-]{0,63}$'

/** Of all rings or lines of an area together: rules ask every fix for its distance to them. */
export const AREA_POSITIONS_MAX = 5_000

export type Position = readonly number[]

export type AreaGeometry =
  | { readonly type: 'Polygon'; readonly coordinates: readonly (readonly Position[])[] }
  | {
      readonly type: 'MultiPolygon'
      readonly coordinates: readonly (readonly (readonly Position[])[])[]
    }
  | { readonly type: 'LineString'; readonly coordinates: readonly Position[] }
  | { readonly type: 'MultiLineString'; readonly coordinates: readonly (readonly Position[])[] }

/** A shape that rules name: a polygon to be in, or a line to keep to. WGS-84 GeoJSON. */
export interface Area {
  readonly id: string
  readonly title: Bilingual
  readonly geometry: AreaGeometry
}

const PositionSchema = Type.Array(Type.Number(), { minItems: 2, maxItems: 3 })
const Ring = Type.Array(PositionSchema, { minItems: 4 })
const Line = Type.Array(PositionSchema, { minItems: 2 })
const Name = Type.String({ minLength: 1, maxLength: 100 })

export const AreaGeometrySchema = Type.Unsafe<AreaGeometry>(
  Type.Union([
    Type.Object({ type: Type.Literal('Polygon'), coordinates: Type.Array(Ring, { minItems: 1 }) }),
    Type.Object({
      type: Type.Literal('MultiPolygon'),
      coordinates: Type.Array(Type.Array(Ring, { minItems: 1 }), { minItems: 1 }),
    }),
    Type.Object({ type: Type.Literal('LineString'), coordinates: Line }),
    Type.Object({
      type: Type.Literal('MultiLineString'),
      coordinates: Type.Array(Line, { minItems: 1 }),
    }),
  ]),
)

export const AreaSchema = Type.Object(
  {
    id: Type.String({ pattern: AREA_ID_PATTERN, description: 'The name rules give it.' }),
    title: Type.Object({ en: Name, zh: Name }, { additionalProperties: false }),
    geometry: AreaGeometrySchema,
  },
  { additionalProperties: false },
)

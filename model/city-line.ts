import { type Static, Type } from 'typebox'
import type { Position } from './area.ts'

/** Streets by rank (GB/T 51328), then pipes and cables by what is in them. */
export const STREET_CLASSES = ['arterial', 'collector', 'lane'] as const
export const PIPE_CLASSES = [
  'water-main',
  'sewer',
  'storm-sewer',
  'combined-sewer',
  'heat-main',
  'gas-main',
  'power-cable',
  'telecom-cable',
] as const
export const LINE_CLASSES = [...STREET_CLASSES, ...PIPE_CLASSES] as const
export type LineClass = (typeof LINE_CLASSES)[number]

export const isStreet = (lineClass: LineClass): boolean =>
  (STREET_CLASSES as readonly string[]).includes(lineClass)

/** As the registries of pipe companies number theirs. */
export const LINE_ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'

/** Of all parts of a line together. */
export const LINE_POSITIONS_MAX = 5_000

export type LineGeometry =
  | { readonly type: 'LineString'; readonly coordinates: readonly Position[] }
  | { readonly type: 'MultiLineString'; readonly coordinates: readonly (readonly Position[])[] }

const Path = Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 3 }), { minItems: 2 })
const Name = Type.String({ minLength: 1, maxLength: 200 })

/** LineString or MultiLineString of WGS-84. */
export const LineGeometrySchema = Type.Unsafe<LineGeometry>(
  Type.Union([
    Type.Object({ type: Type.Literal('LineString'), coordinates: Path }),
    Type.Object({
      type: Type.Literal('MultiLineString'),
      coordinates: Type.Array(Path, { minItems: 1 }),
    }),
  ]),
)

const optionalProperties = {
  name: Name,
  diameter_mm: Type.Number({ exclusiveMinimum: 0, maximum: 20_000, description: 'Of a pipe.' }),
  width_m: Type.Number({ exclusiveMinimum: 0, maximum: 200, description: 'Of a street.' }),
  material: Name,
  owningDepartment: Name,
  group: Type.String({
    minLength: 1,
    maxLength: 100,
    description: 'The network it belongs to, as the group of devices.',
  }),
}

/** A street or a pipe of the city. */
export const CityLine = Type.Object(
  {
    id: Type.String({ pattern: LINE_ID_PATTERN, description: 'Its code.' }),
    class: Type.Enum([...LINE_CLASSES]),
    ...Type.Partial(Type.Object(optionalProperties)).properties,
    geometry: LineGeometrySchema,
  },
  { additionalProperties: false },
)
export type CityLine = Static<typeof CityLine>

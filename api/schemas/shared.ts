import { type Static, type TSchema, Type } from 'typebox'
import { Problem } from '#api/problem.ts'
import { UUID_PATTERN } from '#model/uuid.ts'

/** A reference to a schema that the document lists under its `$id`, with the type it stands for. */
export const refTo = <Schema extends TSchema & { readonly $id?: string }>(schema: Schema) =>
  Type.Unsafe<Static<Schema>>({ $ref: `${schema.$id}#` })

export const nullable = <Schema extends TSchema>(schema: Schema) =>
  Type.Union([schema, Type.Null()])

export const PlaceView = Type.Object(
  { lon_deg: Type.Number(), lat_deg: Type.Number() },
  { $id: 'Place', description: 'WGS-84.' },
)

/** The answers of a route: what it gives when all is well, and the problem it gives otherwise. */
export const answers = <Status extends number, Schema extends TSchema>(
  status: Status,
  schema: Schema,
) =>
  ({ [status]: schema, default: refTo(Problem) }) as { readonly [Key in Status]: Schema } & {
    readonly default: ReturnType<typeof refTo<typeof Problem>>
  }

/** What a schema says when a body or an answer is no JSON: its media types. */
export const asMedia = <Schema extends TSchema>(schema: Schema, types: readonly string[]) =>
  ({ ...schema, 'x-media-types': types }) as Schema

export const Uuid = Type.String({ pattern: UUID_PATTERN })

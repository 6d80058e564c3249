import { type TSchema, Type } from 'typebox'

/** A property of a change: a value sets it, null takes it away, left out it stays as it is. */
export const clearable = <Schema extends TSchema>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]))

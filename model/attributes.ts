import { Type } from 'typebox'

/** Small letters, digits and `_`. Also names a column of an import: `attr.NAME`. */
export const ATTRIBUTE_NAME_PATTERN = '^[a-z][a-z0-9_]{0,31}$'
const namePattern = new RegExp(ATTRIBUTE_NAME_PATTERN)
export const isAttributeName = (text: string): boolean => namePattern.test(text)

export const ATTRIBUTES_MAX = 32

export type AttributeValue = string | number | boolean

/** What a city notes of a device beyond what Wanmi knows, by name. */
export type Attributes = Readonly<Record<string, AttributeValue>>

/** Shared by every device that has none, so that many of them take no memory for it. */
export const NO_ATTRIBUTES: Attributes = Object.freeze({})

const value = { minLength: 1, maxLength: 200 }
const bounds = { additionalProperties: false, maxProperties: ATTRIBUTES_MAX }
const Name = Type.String({ pattern: ATTRIBUTE_NAME_PATTERN })

export const AttributeSchema = Type.Unsafe<AttributeValue>({
  ...value,
  type: ['string', 'number', 'boolean'],
})

export const AttributesSchema = Type.Record(Name, AttributeSchema, {
  ...bounds,
  description: `Free attributes by name (${ATTRIBUTE_NAME_PATTERN}), at most ${ATTRIBUTES_MAX}.`,
})

export const AttributesPatch = Type.Record(
  Name,
  Type.Unsafe<AttributeValue | null>({ ...value, type: ['string', 'number', 'boolean', 'null'] }),
  {
    ...bounds,
    description: 'Sets the names that are given; null in place of a value takes one away.',
  },
)

/** Attributes after a change: it sets the names it gives, null in it takes one away, null all. */
export function changeAttributes(
  before: Attributes,
  change: Readonly<Record<string, AttributeValue | null>> | null | undefined,
): Attributes {
  if (change === undefined) return before
  const kept = Object.entries({ ...(change === null ? {} : before), ...change }).filter(
    (entry): entry is [string, AttributeValue] => entry[1] !== null,
  )
  return kept.length === 0 ? NO_ATTRIBUTES : Object.fromEntries(kept)
}

/** Longer numbers are identities, and a floating-point number could not give them back. */
const DIGITS_MAX = 15
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,2})?$/

/**
 * Reads an attribute from plain text. `true` and `false` in any case are booleans; what JSON would
 * read as a number of at most 15 digits is a number; all else is text, and so are `0102` and `+86`.
 */
export function readAttribute(text: string): AttributeValue {
  const lower = text.toLowerCase()
  if (lower === 'true' || lower === 'false') return lower === 'true'
  return NUMBER.test(text) && text.replaceAll(/[eE].*|\D/g, '').length <= DIGITS_MAX
    ? Number(text)
    : text
}

import { Type } from 'typebox'
import { ATTRIBUTE_NAME_PATTERN, ATTRIBUTES_MAX, type AttributeValue } from './attributes.ts'
import { DEVICE_ID_PATTERN } from './device.ts'
import type { OneOf } from './selector.ts'

const SEVERAL_MAX = 1_000

// One list of types in place of a union, so that a code without quotes is told that it must be text.
const oneOf = (
  item: { readonly type: 'string'; readonly [rule: string]: unknown },
  description: string,
) =>
  Type.Optional(
    Type.Unsafe<OneOf<string>>({
      ...item,
      type: ['string', 'array'],
      items: item,
      minItems: 1,
      maxItems: SEVERAL_MAX,
      description: `${description} One, or a list of which any fits.`,
    }),
  )

const code = (pattern: string) => ({ type: 'string', pattern }) as const

const attribute = { type: ['string', 'number', 'boolean'], minLength: 1, maxLength: 200 }

/** The form of a {@link DeviceSelector} in a rule document and over HTTP. */
export const DeviceSelectorDocument = Type.Object(
  {
    device: oneOf(code(DEVICE_ID_PATTERN), 'Id of the device.'),
    group: oneOf({ type: 'string', minLength: 1, maxLength: 64 }, 'Group of the device.'),
    district: oneOf(
      code('^[0-9]{6}$'),
      'Six digits: the district of its unit grid, else of its part.',
    ),
    grid: oneOf(
      code('^(?:[0-9]{9}|[0-9]{12}|[0-9]{15})$'),
      'The unit grid that holds its place, by 15 digits; 9 are all of a street, 12 of a community.',
    ),
    partClass: oneOf(code('^[0-9]{4}$'), 'Four digits: major and minor of the part it sits on.'),
    attributes: Type.Optional(
      Type.Record(
        Type.String({ pattern: ATTRIBUTE_NAME_PATTERN }),
        Type.Unsafe<OneOf<AttributeValue>>({
          ...attribute,
          type: [...attribute.type, 'array'],
          items: attribute,
          minItems: 1,
          maxItems: SEVERAL_MAX,
        }),
        {
          additionalProperties: false,
          maxProperties: ATTRIBUTES_MAX,
          description: 'Its attributes by name; each a value or a list of which any fits.',
        },
      ),
    ),
  },
  {
    additionalProperties: false,
    description: 'Which devices. Every part that is given must fit; without any, all do.',
  },
)
export type DeviceSelectorDocument = Type.Static<typeof DeviceSelectorDocument>

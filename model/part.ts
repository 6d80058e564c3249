import Type from 'typebox'

/** 6 district (GB/T 2260) + 2 major + 2 minor + 6 serial. */
export const PART_ID_PATTERN = '^[0-9]{16}$'

/** 完好, 破损, 丢失, 废弃, 移除. */
export const PART_STATES = ['intact', 'damaged', 'missing', 'abandoned', 'removed'] as const
export type PartState = (typeof PART_STATES)[number]

/** A fixed thing the city looks after (部件). */
export const Part = Type.Object(
  {
    id: Type.String({ pattern: PART_ID_PATTERN, description: '16-digit part code.' }),
    name: Type.String({ minLength: 1, maxLength: 200 }),
    /** 主管, 权属, 养护. */
    supervisingDepartment: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    owningDepartment: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    maintainingDepartment: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    gridCode: Type.Optional(
      Type.String({
        pattern: '^[0-9]{15}$',
        description: 'Worked out from the place when absent and the place is known.',
      }),
    ),
    state: Type.Optional(Type.Enum([...PART_STATES])),
    lon_deg: Type.Optional(Type.Number({ minimum: -180, maximum: 180, description: 'WGS-84.' })),
    lat_deg: Type.Optional(Type.Number({ minimum: -90, maximum: 90, description: 'WGS-84.' })),
    address: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
    note: Type.Optional(Type.String({ maxLength: 2_000 })),
  },
  { additionalProperties: false },
)
export type Part = Type.Static<typeof Part>

/** The class within its edition: digits 7 to 10 of the part's code. */
export const partClass = (partId: string): string => partId.slice(6, 10)
export const partDistrict = (partId: string): string => partId.slice(0, 6)

import { Type } from 'typebox'
import { clearable } from './clearable.ts'

/** 6 district (GB/T 2260) + 2 major + 2 minor + 6 serial. */
export const PART_ID_PATTERN = '^[0-9]{16}$'

/** 完好, 破损, 丢失, 废弃, 移除. */
export const PART_STATES = ['intact', 'damaged', 'missing', 'abandoned', 'removed'] as const
export type PartState = (typeof PART_STATES)[number]

const Name = Type.String({ minLength: 1, maxLength: 200 })

const optionalProperties = {
  /** 主管, 权属, 养护. */
  supervisingDepartment: Name,
  owningDepartment: Name,
  maintainingDepartment: Name,
  gridCode: Type.String({
    pattern: '^[0-9]{15}$',
    description: 'Worked out from the place where a grid holds it; otherwise as given.',
  }),
  lon_deg: Type.Number({ minimum: -180, maximum: 180, description: 'WGS-84.' }),
  lat_deg: Type.Number({ minimum: -90, maximum: 90, description: 'WGS-84.' }),
  address: Type.String({ minLength: 1, maxLength: 300 }),
  note: Type.String({ maxLength: 2_000 }),
}

const State = Type.Enum([...PART_STATES])

/** A fixed thing the city looks after (部件). */
export const Part = Type.Object(
  {
    id: Type.String({ pattern: PART_ID_PATTERN, description: '16-digit part code.' }),
    name: Name,
    ...Type.Partial(Type.Object(optionalProperties)).properties,
    state: Type.Optional(State),
  },
  { additionalProperties: false },
)
export type Part = Type.Static<typeof Part>

/** A change to a part; null takes a value away, a field left out stays as it is. */
export const PartPatch = Type.Object(
  {
    name: Type.Optional(Name),
    state: Type.Optional(State),
    supervisingDepartment: clearable(optionalProperties.supervisingDepartment),
    owningDepartment: clearable(optionalProperties.owningDepartment),
    maintainingDepartment: clearable(optionalProperties.maintainingDepartment),
    gridCode: clearable(optionalProperties.gridCode),
    lon_deg: clearable(optionalProperties.lon_deg),
    lat_deg: clearable(optionalProperties.lat_deg),
    address: clearable(optionalProperties.address),
    note: clearable(optionalProperties.note),
  },
  { additionalProperties: false },
)
export type PartPatch = Type.Static<typeof PartPatch>

/** The class within its edition: digits 7 to 10 of the part's code. */
export const partClass = (partId: string): string => partId.slice(6, 10)
export const partDistrict = (partId: string): string => partId.slice(0, 6)

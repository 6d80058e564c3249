import { type Static, Type } from 'typebox'
import { Instant } from '#api/instant.ts'
import { PART_STATES, type PartState } from '#model/part.ts'
import type { Place } from '#model/place.ts'
import { type EpochMs, formatInstant } from '#model/time.ts'
import { nullable, PlaceView, refTo } from './shared.ts'

/** A part with the times of its record. */
export interface PartRecord {
  readonly id: string
  readonly name: string
  readonly supervisingDepartment: string | null
  readonly owningDepartment: string | null
  readonly maintainingDepartment: string | null
  readonly gridCode: string | null
  readonly state: PartState
  readonly place: Place | null
  readonly address: string | null
  readonly note: string | null
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

export const PartView = Type.Object(
  {
    id: Type.String({ description: '16-digit part code.' }),
    name: Type.String(),
    supervisingDepartment: nullable(Type.String()),
    owningDepartment: nullable(Type.String()),
    maintainingDepartment: nullable(Type.String()),
    gridCode: nullable(Type.String()),
    state: Type.Enum([...PART_STATES]),
    place: nullable(refTo(PlaceView)),
    address: nullable(Type.String()),
    note: nullable(Type.String()),
    createdAt: Instant,
    updatedAt: Instant,
  },
  { $id: 'Part' },
)
export type PartView = Static<typeof PartView>

export const showPart = (part: PartRecord): PartView => ({
  ...part,
  createdAt: formatInstant(part.createdAt),
  updatedAt: formatInstant(part.updatedAt),
})

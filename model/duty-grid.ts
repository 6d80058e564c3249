import { Type } from 'typebox'
import { GRID_CODE_PATTERN } from './unit-grid.ts'

export const DUTY_GRID_CODE_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'

/** Unit grids that one post looks after together (责任网格). */
export const DutyGridSchema = Type.Object(
  {
    code: Type.String({ pattern: DUTY_GRID_CODE_PATTERN }),
    title: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
    unitGrids: Type.Array(Type.String({ pattern: GRID_CODE_PATTERN }), { maxItems: 10_000 }),
  },
  { additionalProperties: false },
)
export type DutyGrid = Readonly<Type.Static<typeof DutyGridSchema>>

import { Type } from 'typebox'
import type { CaseDuty } from './case.ts'
import { LIMIT_UNITS, type Limit } from './limit.ts'

/** Whether a device's case is filed and dispatched at once, without a person. */
export const SKIPPING = ['never', 'critical', 'always'] as const
/** What good readings do after feedback: nothing, propose to close, or close. */
export const SENSOR_CLOSINGS = ['none', 'propose', 'close'] as const

/** The duties whose limits are the city's own; handling has that of the filing condition. */
export const LIMITED_DUTIES = [
  'accept',
  'verify',
  'file',
  'dispatch',
  'check',
  'close',
] as const satisfies readonly CaseDuty[]
export type LimitedDuty = (typeof LIMITED_DUTIES)[number]

const LimitSchema = Type.Object(
  {
    amount: Type.Number({ exclusiveMinimum: 0, maximum: 1_000 }),
    unit: Type.Enum([...LIMIT_UNITS]),
  },
  { additionalProperties: false },
)

const days = (description: string) => Type.Number({ minimum: 0, maximum: 366, description })

/** How cases of a filing condition go through the flow, as far as a city decides it. */
export const FilingPolicy = Type.Object(
  {
    skipAcceptance: Type.Enum([...SKIPPING], {
      description:
        "A device's case is filed and dispatched at once: never, where it is critical, always.",
    }),
    autoDispatch: Type.Boolean({
      description: 'What is filed goes to the proposed department without a dispatcher.',
    }),
    sensorClosing: Type.Enum([...SENSOR_CLOSINGS], {
      description: 'What good readings do after feedback.',
    }),
    urgeOnTimeout: Type.Boolean({ description: 'A department that is late is urged by itself.' }),
    limits: Type.Object(
      Object.fromEntries(LIMITED_DUTIES.map((duty) => [duty, LimitSchema])) as Record<
        LimitedDuty,
        typeof LimitSchema
      >,
      {
        additionalProperties: false,
        description: 'Of all but handling, which has the condition’s.',
      },
    ),
    soonShare: Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'The share of a limit that is used up when it is soon overdue.',
    }),
    mergeWithin_days: days('A report joins an open case that is no older.'),
    relapseWithin_days: days('A case is a relapse of one closed no longer ago.'),
    reopenWithin_days: days('A closed case can be reopened so long.'),
    recurrenceWithin_days: days('Cases of the same class within 50 m count as recurring so long.'),
    handleLimit: Type.Union([LimitSchema, Type.Null()], {
      description: "In place of the filing condition's; null: that one.",
    }),
  },
  { $id: 'FilingPolicy', additionalProperties: false },
)
export type FilingPolicy = Type.Static<typeof FilingPolicy>

const limit = (amount: number, unit: Limit['unit']): Limit => ({ amount, unit })

/** Our own defaults, where a city has set nothing. None of them is a norm but 50 m. */
export const DEFAULT_POLICY: FilingPolicy = {
  skipAcceptance: 'never',
  autoDispatch: false,
  sensorClosing: 'propose',
  urgeOnTimeout: true,
  limits: {
    accept: limit(1, 'continuous-hour'),
    verify: limit(2, 'working-hour'),
    file: limit(1, 'working-hour'),
    dispatch: limit(1, 'working-hour'),
    check: limit(4, 'working-hour'),
    close: limit(2, 'working-hour'),
  },
  soonShare: 0.8,
  mergeWithin_days: 7,
  relapseWithin_days: 7,
  reopenWithin_days: 30,
  recurrenceWithin_days: 30,
  handleLimit: null,
}

/** How near two spots are one: of merging and of recurrence. */
export const SAME_SPOT_M = 50

import Type from 'typebox'
import { DAY_SORTS } from '#model/schedule.ts'

const TIME = '([01][0-9]|2[0-3]):[0-5][0-9]'
const DATE = '(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
const Words = Type.String({ minLength: 1, maxLength: 200 })
const YearDay = Type.String({ pattern: `^${DATE}$`, description: 'Month and day, as 06-01.' })

const Windows = Type.Array(
  Type.Object(
    {
      days: Type.Optional(
        Type.Array(Type.Enum([...DAY_SORTS]), {
          minItems: 1,
          maxItems: 9,
          uniqueItems: true,
          description:
            'Those on which the window begins; every day when absent. A workday is one on which ' +
            'the city works, make-up days included and public holidays not.',
        }),
      ),
      from: Type.Optional(
        Type.String({ pattern: `^${TIME}$`, description: 'By the wall clock; 00:00 when absent.' }),
      ),
      to: Type.Optional(
        Type.String({
          pattern: `^(${TIME}|24:00)$`,
          description: 'Not in it; at or before `from`: on the day after. 24:00 when absent.',
        }),
      ),
    },
    { additionalProperties: false, minProperties: 1 },
  ),
  { minItems: 1, maxItems: 50, description: 'It applies in any of them; always when absent.' },
)

const Seasons = Type.Array(
  Type.Object({ from: YearDay, to: YearDay }, { additionalProperties: false }),
  {
    minItems: 1,
    maxItems: 50,
    description: 'And only then: both days included, across New Year too.',
  },
)

const ScheduleName = Type.String({
  pattern: '^[a-z][a-z0-9-]{1,63}$',
  description: 'The name of a schedule, as working-hours.',
})

const own = { windows: Type.Optional(Windows), seasons: Type.Optional(Seasons) }

/** Windows and seasons in a document: one of the two, or both. */
export const OwnScheduleDocument = Type.Object(own, {
  additionalProperties: false,
  minProperties: 1,
})
export type OwnScheduleDocument = Type.Static<typeof OwnScheduleDocument>

/** The `schedule` of a rule: a name, windows of its own, or what is not one of these. */
export const RuleScheduleDocument = Type.Union(
  [
    ScheduleName,
    Type.Object(
      { ...own, not: Type.Optional(Type.Union([ScheduleName, OwnScheduleDocument])) },
      { additionalProperties: false, minProperties: 1 },
    ),
  ],
  { description: 'When the rule applies. Outside of it its condition is false.' },
)
export type RuleScheduleDocument = Type.Static<typeof RuleScheduleDocument>

/** The form of a file of named schedules. `docs/api/schedules.schema.json` is generated from it. */
export const NamedSchedulesDocument = Type.Array(
  Type.Object(
    {
      id: ScheduleName,
      title: Type.Object({ en: Words, zh: Words }, { additionalProperties: false }),
      source: Type.String({
        minLength: 1,
        maxLength: 500,
        description: 'Where the hours come from; `our default` where nothing says.',
      }),
      ...own,
    },
    { additionalProperties: false },
  ),
  { title: 'Wanmi schedules' },
)
export type NamedSchedulesDocument = Type.Static<typeof NamedSchedulesDocument>

import Type from 'typebox'
import { KIND_NAMES } from '#model/kinds.ts'
import { SEVERITIES } from '#model/rule.ts'

const Duration = Type.String({
  pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d)$',
  description: 'A span such as 10s, 1.5h or 250ms.',
})
const Words = Type.String({ minLength: 1, maxLength: 200 })
const Condition = Type.String({
  minLength: 1,
  maxLength: 2_000,
  description:
    'CEL over the channels of the kind. delta(channel): change since the reading before; over a ' +
    "window of event time such as '10m': min, max, mean, delta and rate (in an hour) of a channel, " +
    'count of readings at which a condition was true.',
})

/** The form of a rule file. `docs/api/rule.schema.json` is generated from it. */
export const RuleDocument = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z][a-z0-9-]{1,63}$' }),
    kind: Type.Enum([...KIND_NAMES]),
    title: Type.Object({ en: Words, zh: Words }, { additionalProperties: false }),
    source: Type.String({
      minLength: 1,
      maxLength: 500,
      description: 'Where the thresholds come from; `our default` where no norm says.',
    }),
    phenomenon: Type.Optional(
      Type.String({
        pattern: '^[a-z][a-z0-9-]{1,63}$',
        description: 'What is wrong; one open case per object and phenomenon. The id when absent.',
      }),
    ),
    when: Condition,
    hold: Type.Optional(Duration),
    gap: Type.Optional(Duration),
    clear: Type.Optional(Condition),
    clearHold: Type.Optional(Duration),
    severity: Type.Enum([...SEVERITIES]),
    outcome: Type.Union([
      Type.Object({ case: Type.Literal('none') }, { additionalProperties: false }),
      Type.Object(
        {
          case: Type.Enum(['part', 'event']),
          condition: Type.String({ description: 'A filing condition of the catalogue.' }),
          class: Type.String({
            pattern: '^[0-9]{4}$',
            description: "Major and minor, used when the object's own class has no such condition.",
          }),
        },
        { additionalProperties: false },
      ),
    ]),
  },
  { additionalProperties: false, title: 'Wanmi rule' },
)
export type RuleDocument = Type.Static<typeof RuleDocument>

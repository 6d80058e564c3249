import Type from 'typebox'
import { KIND_NAMES } from '#model/kinds.ts'
import { MASS_SCOPES, SEVERITIES } from '#model/rule.ts'
import { DeviceSelectorDocument } from '#model/selector-document.ts'
import { DURATION_PATTERN } from '#model/time.ts'
import { RuleScheduleDocument } from './schedule/schedule-document.ts'

const Duration = Type.String({
  pattern: DURATION_PATTERN,
  description: 'A span such as 10s, 1.5h or 250ms.',
})
const Words = Type.String({ minLength: 1, maxLength: 200 })
const Title = Type.Object({ en: Words, zh: Words }, { additionalProperties: false })
const Severity = Type.Enum([...SEVERITIES])
const Word = Type.String({ pattern: '^[a-z][a-z0-9-]{1,63}$' })
const Condition = Type.String({
  minLength: 1,
  maxLength: 2_000,
  description:
    'CEL over the channels of the kind and params.NAME. delta(channel): change since the reading ' +
    "before; over a window of event time such as '10m': min, max, mean, delta and rate (in an hour) " +
    'of a channel, count of readings at which a condition was true; of what moves: inside, outside, ' +
    "enters, leaves, crosses (an area), dwells (an area, '30m'), corridor (a line, metres); ahead_s; has(params.NAME).",
})
const KindName = Type.Enum([...KIND_NAMES])

const Outcome = Type.Union([
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
])

const NumberParam = Type.Object(
  {
    default: Type.Union([Type.Number(), Type.Null()]),
    unit: Type.Optional(Type.String({ maxLength: 32, description: 'UCUM, as of the channels.' })),
    type: Type.Optional(Type.Literal('number')),
    title: Type.Optional(Title),
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
  },
  { additionalProperties: false },
)
const TextParam = Type.Object(
  {
    default: Type.Union([Type.String({ minLength: 1, maxLength: 100 }), Type.Null()]),
    type: Type.Literal('text'),
    title: Type.Optional(Title),
  },
  { additionalProperties: false },
)

const Neighbours = Type.Object(
  {
    atLeast: Type.Integer({ minimum: 2, maximum: 1_000 }),
    within_m: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 10_000 })),
    sameGrid: Type.Optional(Type.Literal(true)),
    during: Duration,
  },
  {
    additionalProperties: false,
    description: 'Only where so many devices near each other find it, within so long.',
  },
)

const Mass = Type.Object(
  {
    of: Type.Enum([...MASS_SCOPES]),
    share: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
    atLeast: Type.Integer({ minimum: 2 }),
    during: Duration,
    title: Title,
    phenomenon: Word,
    severity: Severity,
    outcome: Outcome,
  },
  { additionalProperties: false, description: 'When many fall silent at once it is one event.' },
)

/** The form of a rule document. `docs/api/rule.schema.json` is generated from it. */
export const RuleDocument = Type.Object(
  {
    id: Word,
    kind: Type.Union([
      KindName,
      Type.Literal('any'),
      Type.Array(KindName, { minItems: 1, uniqueItems: true }),
    ]),
    title: Title,
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
    where: Type.Optional(DeviceSelectorDocument),
    params: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-z][a-z0-9_]{0,31}$' }),
        Type.Union([NumberParam, TextParam]),
        {
          additionalProperties: false,
          maxProperties: 16,
          description: 'Values that a city may set otherwise.',
        },
      ),
    ),
    schedule: Type.Optional(RuleScheduleDocument),
    when: Type.Optional(Condition),
    silent: Type.Optional(
      Type.String({
        pattern: '^(\\d+(\\.\\d+)? intervals?|\\d+(\\.\\d+)?(s|m|h|d))$',
        description:
          'Instead of `when`: nothing came for `3 intervals` of the device, or for `2h`.',
      }),
    ),
    hold: Type.Optional(Duration),
    gap: Type.Optional(Duration),
    clear: Type.Optional(Condition),
    clearHold: Type.Optional(Duration),
    cooldown: Type.Optional(Duration),
    verify: Type.Optional(Duration),
    severity: Severity,
    levels: Type.Optional(
      Type.Array(
        Type.Object({ when: Condition, severity: Severity }, { additionalProperties: false }),
        { minItems: 1, maxItems: 3 },
      ),
    ),
    outcome: Outcome,
    neighbours: Type.Optional(Neighbours),
    mass: Type.Optional(Mass),
  },
  { additionalProperties: false, title: 'Wanmi rule' },
)
export type RuleDocument = Type.Static<typeof RuleDocument>

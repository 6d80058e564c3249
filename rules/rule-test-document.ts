import Type from 'typebox'
import { AttributesSchema } from '#model/attributes.ts'
import { KIND_NAMES } from '#model/kinds.ts'
import { PART_ID_PATTERN } from '#model/part.ts'
import { SEVERITIES } from '#model/rule.ts'
import { DURATION_PATTERN } from '#model/time.ts'

const Duration = Type.String({
  pattern: DURATION_PATTERN,
  description: 'A span such as 10s, 1.5h or 250ms.',
})
const Instant = Type.String({
  pattern: DURATION_PATTERN,
  description: 'So long after the start.',
})
const Places = Type.Array(Type.Array(Type.Number(), { minItems: 2, maxItems: 2 }), {
  minItems: 2,
  description: '[longitude, latitude] of each corner or bend.',
})
const Name = Type.String({ pattern: '^[A-Za-z0-9._:-]{1,64}$' })

/** What a device is, as far as rules look at it. */
const facts = {
  kind: Type.Optional(
    Type.Enum([...KIND_NAMES], {
      description: 'The first of the rule that has the channels of the series if absent.',
    }),
  ),
  group: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  gridCode: Type.Optional(
    Type.String({ pattern: '^[0-9]{15}$', description: 'The unit grid it stands in.' }),
  ),
  partClass: Type.Optional(
    Type.String({ pattern: '^[0-9]{4}$', description: 'Of the part it sits on.' }),
  ),
  partId: Type.Optional(Type.String({ pattern: PART_ID_PATTERN })),
  attributes: Type.Optional(AttributesSchema),
  lon_deg: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
  lat_deg: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
}

const params = Type.Optional(
  Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
    description: 'Parameters of the rule that are set otherwise here.',
  }),
)

const readings = {
  series: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
      description:
        'Of each channel: `1 2x3 _ 5+10x4` is 1, three 2, nothing, 5 15 25 35. And `ahead_s`, by ' +
        'how much the clock of the device is ahead.',
    }),
  ),
  track: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        '`[111.0,35.0]x6` stands there for six readings, `-> [111.01,35.0]x60` goes there in sixty, ' +
        '`_x5` has no fix for five. Gives `speed_kmh` too, where no series does.',
    }),
  ),
}

const span = {
  startedAt: Instant,
  confirmedAt: Instant,
  endedAt: Type.Optional(Instant),
  clearedAt: Type.Optional(Instant),
}

const Severity = Type.Enum([...SEVERITIES], { description: 'The last it had.' })

const Episode = Type.Object(
  {
    device: Type.Optional(Type.String({ description: 'Which of `devices` it is of.' })),
    ...span,
    severity: Type.Optional(Severity),
    grades: Type.Optional(
      Type.Record(Instant, Severity, {
        description: 'Every change: `{ 10s: warning, 40s: critical }`.',
      }),
    ),
  },
  { additionalProperties: false },
)

const Group = Type.Object(
  {
    ...span,
    devices: Type.Array(Type.String(), {
      minItems: 1,
      description: 'All that ever belonged to it, in any order.',
    }),
  },
  { additionalProperties: false },
)

const Break = Type.Object(
  {
    from: Type.Union([Instant], { description: 'When Wanmi stopped to listen.' }),
    to: Type.Union([Instant], { description: 'When it listened again.' }),
  },
  { additionalProperties: false },
)

const RuleTest = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'A sentence about the world.' }),
    interval: Type.Union([Duration], {
      description: 'From one value of a series to the next.',
    }),
    reportingInterval: Type.Optional(
      Type.Union([Duration], {
        description: 'Of the devices: the usual gap is three of these. As `interval` if absent.',
      }),
    ),
    start: Type.Optional(
      Type.String({
        description: 'RFC 3339, of the first value: a Monday at midnight in China if absent.',
      }),
    ),
    until: Type.Optional(
      Type.Union([Duration], {
        description: 'Nothing more came until then; at once after the last value if absent.',
      }),
    ),
    params,
    areas: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Union([
          Type.Object({ polygon: Places }, { additionalProperties: false }),
          Type.Object({ line: Places }, { additionalProperties: false }),
        ]),
        { description: 'The areas there are, by id. A polygon is closed by itself.' },
      ),
    ),
    breaks: Type.Optional(
      Type.Array(Break, {
        description: 'When nobody listened, ascending; the devices then have five minutes.',
      }),
    ),
    device: Type.Optional(
      Type.Object(facts, {
        additionalProperties: false,
        description:
          'What the device is; one that the rule is not for has no episodes. One that the rule is ' +
          'for where absent.',
      }),
    ),
    ...readings,
    devices: Type.Optional(
      Type.Record(
        Name,
        Type.Object({ ...facts, params, ...readings }, { additionalProperties: false }),
        { minProperties: 1, description: 'Several devices by name, in place of one series.' },
      ),
    ),
    episodes: Type.Optional(
      Type.Array(Episode, {
        description: 'Every one the rule must find, and no other. May be left out beside `groups`.',
      }),
    ),
    groups: Type.Optional(
      Type.Array(Group, {
        description: 'Every cluster or mass silence the rule must find, and no other.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type RuleTest = Type.Static<typeof RuleTest>

/** The form of the tests beside a rule: `cover-open.test.yaml` tests `cover-open.yaml`. */
export const RuleTestDocument = Type.Object(
  {
    rule: Type.String({ description: 'Id of the rule that is tested.' }),
    tests: Type.Array(RuleTest, { minItems: 1 }),
  },
  { additionalProperties: false, title: 'Tests of a Wanmi rule' },
)
export type RuleTestDocument = Type.Static<typeof RuleTestDocument>

/** One device of a test with its readings. */
export type TestDevice = NonNullable<RuleTest['devices']>[string]

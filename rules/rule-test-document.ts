import Type from 'typebox'
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

/** The form of the tests beside a rule: `cover-open.test.yaml` tests `cover-open.yaml`. */
export const RuleTestDocument = Type.Object(
  {
    rule: Type.String({ description: 'Id of the rule that is tested.' }),
    tests: Type.Array(
      Type.Object(
        {
          name: Type.String({ minLength: 1, description: 'A sentence about the world.' }),
          interval: Type.Union([Duration], {
            description: 'From one value of a series to the next.',
          }),
          reportingInterval: Type.Optional(
            Type.Union([Duration], {
              description:
                'Of the device: the usual gap is three of these. As `interval` if absent.',
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
          params: Type.Optional(
            Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
              description: 'Parameters of the rule that are set otherwise here.',
            }),
          ),
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
          series: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
            description: 'Of each channel: `1 2x3 _ 5+10x4` is 1, three 2, nothing, 5 15 25 35.',
          }),
          episodes: Type.Array(
            Type.Object(
              {
                startedAt: Instant,
                confirmedAt: Instant,
                endedAt: Type.Optional(Instant),
                clearedAt: Type.Optional(Instant),
                severity: Type.Optional(
                  Type.Enum([...SEVERITIES], { description: 'The last it had.' }),
                ),
              },
              { additionalProperties: false },
            ),
            { description: 'Every one the rule must find, and no other.' },
          ),
        },
        { additionalProperties: false },
      ),
      { minItems: 1 },
    ),
  },
  { additionalProperties: false, title: 'Tests of a Wanmi rule' },
)
export type RuleTestDocument = Type.Static<typeof RuleTestDocument>

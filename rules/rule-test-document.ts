import Type from 'typebox'

const Duration = Type.String({
  pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d)$',
  description: 'A span such as 10s, 1.5h or 250ms.',
})
const Instant = Type.String({
  pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d)$',
  description: 'So long after the first reading.',
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

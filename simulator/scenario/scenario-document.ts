import Type from 'typebox'
import { KIND_NAMES } from '#model/kinds.ts'
import { CAUSES } from '#simulator/incidents/causes.ts'

const STRICT = { additionalProperties: false } as const

const Span = Type.String({
  pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d)$',
  description: 'A span such as 10s, 1.5h or 250ms.',
})
const Share = Type.Number({ minimum: 0, maximum: 1, description: 'From 0, none, to 1, all.' })
const Words = Type.String({ minLength: 1, maxLength: 200 })
const Name = Type.String({ pattern: '^[A-Za-z0-9._-]{1,24}$' })
const Positive = Type.Number({ exclusiveMinimum: 0 })

const Draw = Type.Union(
  [
    Type.Object({ constant: Span }, STRICT),
    Type.Object({ uniform: Type.Tuple([Span, Span]) }, STRICT),
    Type.Object({ exponential: Span }, STRICT),
    Type.Object(
      {
        lognormal: Type.Object({ median: Span, spread: Type.Number({ minimum: 1 }) }, STRICT),
      },
      STRICT,
    ),
  ],
  { description: 'How a span is drawn: always the same, between two, by mean, by median.' },
)

const perKind = <Value extends Type.TSchema>(value: Value, description: string) =>
  Type.Object(
    Object.fromEntries(KIND_NAMES.map((kind) => [kind, Type.Optional(value)])) as Record<
      string,
      Type.TOptional<Value>
    >,
    { ...STRICT, description },
  )

const Fleet = Type.Object(
  {
    devices: Type.Integer({ minimum: 1, maximum: 999_999 }),
    mix: Type.Optional(
      perKind(Type.Number({ minimum: 0 }), 'How many of each kind, in proportion to each other.'),
    ),
    interval: Type.Optional(
      perKind(
        Span,
        'How often a device of the kind reports; as its kind usually does when absent.',
      ),
    ),
    rate: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'Messages a second of all devices together, in place of interval.',
      }),
    ),
    qos: Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1)])),
    window: Type.Optional(Type.Integer({ minimum: 1, maximum: 60_000 })),
    byChange: Type.Optional(
      Type.Boolean({ description: 'Whether a sensor wakes and reports when it is disturbed.' }),
    ),
    unwatched: Type.Optional({
      ...Share,
      description: 'Parts without a device, beside one with: what befalls them nobody can notice.',
    }),
  },
  STRICT,
)

const Weather = Type.Object(
  {
    low_celsius: Type.Optional(Type.Number({ minimum: -50, maximum: 50 })),
    high_celsius: Type.Optional(Type.Number({ minimum: -50, maximum: 50 })),
    rain: Type.Optional(
      Type.Array(
        Type.Object(
          { at: Span, lasts: Span, peak_mm_h: Type.Number({ exclusiveMinimum: 0, maximum: 300 }) },
          STRICT,
        ),
      ),
    ),
  },
  STRICT,
)

const Cause = Type.Enum([...CAUSES])

const Incidents = Type.Object(
  {
    scheduled: Type.Optional(
      Type.Array(
        Type.Object(
          {
            cause: Cause,
            at: Span,
            lasts: Type.Optional(Span),
            strength: Type.Optional(Share),
            count: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
            device: Type.Optional(Type.String({ description: 'Id of the device it befalls.' })),
            unwatched: Type.Optional(
              Type.Boolean({ description: 'Whether it befalls a part without a device.' }),
            ),
          },
          STRICT,
        ),
      ),
    ),
    random: Type.Optional(
      Type.Object(
        {
          every: Draw,
          causes: Type.Array(Cause, { minItems: 1 }),
          lasts: Type.Optional(Draw),
          each: Type.Optional(
            Type.Boolean({
              description: 'Whether one of each cause comes within the first seconds.',
            }),
          ),
        },
        STRICT,
      ),
    ),
  },
  STRICT,
)

/** A fault some devices have: all have it from time to time. */
const timely = { share: Share, every: Draw, lasts: Draw }

const Sensors = Type.Object(
  {
    bias: Type.Optional(
      Type.Object({ share: Share, size: Share }, { ...STRICT, description: 'size: of the range.' }),
    ),
    drift: Type.Optional(
      Type.Object({ share: Share, perDay: Share }, { ...STRICT, description: 'Of the range.' }),
    ),
    stuck: Type.Optional(Type.Object(timely, STRICT)),
    spikes: Type.Optional(Type.Object({ share: Share, chance: Share, size: Share }, STRICT)),
    flatBattery: Type.Optional(
      Type.Object({ share: Share }, { ...STRICT, description: 'It fails during the run.' }),
    ),
    fix: Type.Optional(
      Type.Object(
        {
          error_m: Type.Optional(Positive),
          dropout: Type.Optional(Type.Object(timely, STRICT)),
          jump: Type.Optional(
            Type.Object({ share: Share, chance: Share, distance_m: Positive }, STRICT),
          ),
          shifted: Type.Optional(
            Type.Object(
              { share: Share, system: Type.Enum(['GCJ-02', 'BD-09']) },
              {
                ...STRICT,
                description: 'Sends another coordinate system than it was declared with.',
              },
            ),
          ),
        },
        STRICT,
      ),
    ),
    clock: Type.Optional(
      Type.Object(
        {
          drift: Type.Optional(
            Type.Object(
              { share: Share, ppm: Type.Number({ minimum: 0, maximum: 100_000 }) },
              STRICT,
            ),
          ),
          reset: Type.Optional(
            Type.Object(timely, { ...STRICT, description: 'Begins again at 1970.' }),
          ),
          zone: Type.Optional(
            Type.Object(
              { share: Share, offset_h: Type.Number({ minimum: -14, maximum: 14 }) },
              STRICT,
            ),
          ),
        },
        STRICT,
      ),
    ),
  },
  STRICT,
)

const Network = Type.Object(
  {
    loss: Type.Optional({ ...Share, description: 'Of messages: never sent at all.' }),
    delay: Type.Optional(Draw),
    duplicate: Type.Optional({ ...Share, description: 'Of messages: sent twice.' }),
    reorder: Type.Optional(
      Type.Object({ share: Share, by: Draw }, { ...STRICT, description: 'Held back for so long.' }),
    ),
    outages: Type.Optional(
      Type.Array(
        Type.Object(
          {
            share: Share,
            at: Type.Optional(Span),
            every: Type.Optional(Draw),
            lasts: Draw,
            around: Type.Optional(
              Type.Enum(['anywhere', 'one-cell'], {
                description: 'one-cell: the devices nearest to one place, as of one cell tower.',
              }),
            ),
            flush: Type.Optional(
              Type.Enum(['in-order', 'reversed', 'doubled', 'none'], {
                description: 'How what was buffered is sent afterwards; none: nothing was.',
              }),
            ),
            array: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
          },
          STRICT,
        ),
      ),
    ),
    storms: Type.Optional(
      Type.Array(Type.Object({ at: Span, share: Share }, STRICT), {
        description: 'Connections that break and come back all at once.',
      }),
    ),
    halfOpen: Type.Optional(Type.Object({ share: Share, every: Draw }, STRICT)),
    clones: Type.Optional(
      Type.Array(
        Type.Object({ at: Span, lasts: Span, devices: Type.Integer({ minimum: 1 }) }, STRICT),
      ),
    ),
    malformed: Type.Optional({
      ...Share,
      description: 'Messages of rubbish, beside each good one.',
    }),
    oversize: Type.Optional({ ...Share, description: 'Messages too large, beside each good one.' }),
    floods: Type.Optional(
      Type.Array(
        Type.Object(
          { at: Span, lasts: Span, devices: Type.Integer({ minimum: 1 }), rate: Positive },
          STRICT,
        ),
      ),
    ),
  },
  { ...STRICT, description: 'What lies between a device and the broker. Absent: nothing is lost.' },
)

/** The form of a scenario file. `docs/api/scenario.schema.json` is generated from it. */
export const ScenarioDocument = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z][a-z0-9-]{1,63}$' }),
    title: Type.Object({ en: Words, zh: Words }, STRICT),
    about: Type.Optional(Type.String({ maxLength: 2_000 })),
    seed: Type.Optional({ ...Name, description: 'Of what happens in the city.' }),
    city: Type.Optional(
      Type.Object(
        {
          seed: Type.Optional({ ...Name, description: 'Of the city itself; part of device ids.' }),
          from: Type.Optional(
            Type.Enum(['seed', 'registry'], {
              description: 'registry: the devices, parts and grids the service knows already.',
            }),
          ),
        },
        STRICT,
      ),
    ),
    fleet: Fleet,
    start: Type.Optional(
      Type.String({ description: 'RFC 3339. The hour it begins; the day may be another.' }),
    ),
    day: Type.Optional(Type.Enum(['workday', 'weekend', 'holiday'])),
    duration: Span,
    speed: Type.Optional(
      Type.Union([Positive, Type.Literal('max')], {
        description: 'How many times as fast as in real time; max is as fast as acknowledged.',
      }),
    ),
    weather: Type.Optional(Weather),
    incidents: Type.Optional(Incidents),
    sensors: Type.Optional(Sensors),
    network: Type.Optional(Network),
  },
  STRICT,
)
export type ScenarioDocument = Type.Static<typeof ScenarioDocument>

import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { deviceInSight, type FindDevice } from '#api/device-in-sight.ts'
import { requireFollowing } from '#api/follow-person.ts'
import { scopeOf } from '#api/guard.ts'
import { Instant, instantParameter, readInstant } from '#api/instant.ts'
import { DeviceParams } from '#api/routes/device-routes.ts'
import { answers, nullable } from '#api/schemas/shared.ts'
import type { Device } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import { findKind, KIND_NAMES } from '#model/kinds.ts'
import type { Scope } from '#model/principal.ts'
import { days, type EpochMs, formatInstant, hours } from '#model/time.ts'

interface Measure {
  readonly count: number
  readonly min: number | null
  readonly max: number | null
  readonly avg: number | null
}

/** What these routes need of the reading tables. */
export interface ReadingSummaries {
  aggregates(
    device: Device,
    range: {
      readonly every: 'hourly' | 'daily'
      readonly from: EpochMs
      readonly to: EpochMs
      readonly channels: readonly string[]
    },
  ): Promise<
    readonly {
      readonly from: EpochMs
      readonly readings: number
      readonly channels: Readonly<Record<string, Measure>>
    }[]
  >
  top(question: {
    readonly kind: string
    readonly channel: string
    readonly most: 'max' | 'min'
    readonly from: EpochMs
    readonly to: EpochMs
    readonly limit: number
    readonly scope: Scope
  }): Promise<{
    readonly from: EpochMs
    readonly to: EpochMs
    readonly devices: readonly { readonly deviceId: string; readonly value: number }[]
  }>
}

const tags = ['readings']
const PERIODS = { hour: ['hourly', hours(1)], day: ['daily', days(1)] } as const
const BUCKETS_MAX = 10_000
const TOP_SPAN = days(366)

const span = {
  from: instantParameter('Measured at or after. Required.'),
  to: instantParameter('Measured before. Required.'),
}

const Aggregates = Type.Object({
  items: Type.Array(
    Type.Object({
      from: Instant,
      readings: Type.Integer(),
      channels: Type.Record(
        Type.String(),
        Type.Object({
          count: Type.Integer({ description: 'Readings with this channel.' }),
          min: nullable(Type.Number()),
          max: nullable(Type.Number()),
          avg: nullable(Type.Number()),
        }),
      ),
    }),
  ),
})

export function aggregateRoutes(
  app: App,
  findDevice: FindDevice,
  summaries: ReadingSummaries,
): void {
  app.get('/api/v1/devices/:id/aggregates', {
    schema: {
      tags,
      operationId: 'aggregateReadings',
      summary: 'The readings of a device by the hour or by the day',
      description:
        'Whole hours, or days of China, about the span; those without readings are left out.',
      params: DeviceParams,
      querystring: Type.Object(
        {
          ...span,
          every: Type.Enum(['hour', 'day'], { default: 'hour' }),
          channels: Type.Optional(
            Type.String({
              maxLength: 2_000,
              description: 'Only these, separated by commas; all that are numbers when absent.',
            }),
          ),
        },
        { additionalProperties: false },
      ),
      response: answers(200, Aggregates),
    },
    handler: async (request) => {
      const device = deviceInSight(findDevice, request, request.params.id)
      const { query } = request
      const [every, length] = PERIODS[query.every]
      requireFollowing(request, device.kind)
      const range = readSpan(query, length * BUCKETS_MAX)
      const channels = numbersOf(device.kind, query.channels?.split(','), 'channels')
      const found = await summaries.aggregates(device, { ...range, every, channels })
      return { items: found.map((each) => ({ ...each, from: formatInstant(each.from) })) }
    },
  })

  app.get('/api/v1/top-devices', {
    schema: {
      tags,
      operationId: 'topDevices',
      summary: 'The devices of a kind that stand out by a channel over a span',
      description:
        'By the greatest or the least value of each device in the whole hours about the span.',
      querystring: Type.Object(
        {
          ...span,
          kind: Type.Enum([...KIND_NAMES]),
          channel: Type.String({ maxLength: 100 }),
          by: Type.Enum(['max', 'min'], { default: 'max' }),
          limit: Type.Integer({ minimum: 1, maximum: 50, default: 10 }),
        },
        { additionalProperties: false },
      ),
      response: answers(
        200,
        Type.Object({
          from: Instant,
          to: Instant,
          items: Type.Array(Type.Object({ deviceId: Type.String(), value: Type.Number() })),
        }),
      ),
    },
    handler: async (request) => {
      const { by, kind, limit, ...query } = request.query
      const range = readSpan(query, TOP_SPAN)
      const [channel = ''] = numbersOf(kind, [query.channel], 'channel')
      const question = { kind, channel, most: by, limit, ...range, scope: scopeOf(request) }
      const { from, to, devices } = await summaries.top(question)
      return { from: formatInstant(from), to: formatInstant(to), items: [...devices] }
    },
  })
}

const refuse = (parameter: string, detail: string): Rejected =>
  new Rejected('invalid-input', detail, { detail: { errors: [{ parameter, detail }] } })

/** @throws Rejected('invalid-input') */
function readSpan(
  query: { readonly from?: string; readonly to?: string },
  longest: number,
): { readonly from: EpochMs; readonly to: EpochMs } {
  const [from, to] = [readInstant('from', query.from), readInstant('to', query.to)]
  if (from === undefined) throw refuse('from', 'from says where the span begins')
  if (to === undefined) throw refuse('to', 'to says where the span ends')
  if (to <= from) throw refuse('to', 'the span ends before it begins')
  if (to - from > longest) {
    throw refuse('to', `the span is longer than ${Math.floor(longest / days(1))} days`)
  }
  return { from, to }
}

/** Channels of a kind that are numbers; all of them when none is named. */
function numbersOf(
  kind: string,
  named: readonly string[] | undefined,
  parameter: string,
): readonly string[] {
  const known = (findKind(kind)?.channels ?? [])
    .filter(({ type }) => type !== 'boolean')
    .map(({ name }) => name)
  if (named === undefined) return known
  const unknown = named.filter((name) => !known.includes(name))
  if (unknown.length === 0) return named
  throw refuse(
    parameter,
    `a ${kind} has no number ${unknown.join(', ')}; it has ${known.join(', ')}`,
  )
}

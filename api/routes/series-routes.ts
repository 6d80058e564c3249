import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { deviceInSight, type FindDevice } from '#api/device-in-sight.ts'
import { requireFollowing } from '#api/follow-person.ts'
import { Instant, readInstant } from '#api/instant.ts'
import { answers, nullable } from '#api/schemas/shared.ts'
import { CHANGES_MAX, type ReadSeries, readSteps } from '#api/series-steps.ts'
import { Rejected } from '#model/error.ts'
import { findKind } from '#model/kinds.ts'
import { type EpochMs, formatInstant } from '#model/time.ts'
import type { ReadingSummaries } from './aggregate-routes.ts'
import { DeviceParams } from './device-routes.ts'

export type { ReadSeries }

const POSITIONS = new Set(['lon_deg', 'lat_deg'])
/** So many intervals without a reading are a gap. */
const INTERVALS_OF_GAP = 3

const Point = Type.Object({
  at: Instant,
  min: Type.Number(),
  max: Type.Number(),
  mean: Type.Number(),
  count: Type.Integer({ description: 'How many readings.' }),
})

export function seriesRoutes(
  app: App,
  findDevice: FindDevice,
  readSeries: ReadSeries,
  summaries: Pick<ReadingSummaries, 'aggregates'>,
): void {
  app.get('/api/v1/devices/:id/series', {
    schema: {
      tags: ['readings'],
      operationId: 'readSeries',
      summary: 'One channel of a device over a span, in as many steps as a chart can show',
      description: `Each step has the least and the greatest value in it, so that no extreme is lost;
steps without readings are left out. Steps of an hour or longer are of whole hours about the span. Truth
values count as 0 and 1, so that the mean of a step is the share of true ones; where they changed no more
than ${CHANGES_MAX} times, each change is told.`,
      params: DeviceParams,
      querystring: Type.Object(
        {
          channel: Type.String({ minLength: 1, maxLength: 64 }),
          from: Type.String({ description: 'Measured at or after.' }),
          to: Type.String({ description: 'Measured before.' }),
          points: Type.Integer({
            minimum: 1,
            maximum: 5_000,
            default: 500,
            description: 'Most steps.',
          }),
        },
        { additionalProperties: false },
      ),
      response: answers(
        200,
        Type.Object({
          channel: Type.String(),
          unit: Type.String({ description: 'UCUM; `1` where there is none.' }),
          step_ms: Type.Number({ description: 'How long a step is.' }),
          gap_ms: Type.Number({
            description: 'Between two points further apart than this nothing is known.',
          }),
          points: Type.Array(Point),
          changes: nullable(
            Type.Array(Type.Object({ at: Instant, value: Type.Boolean() }), {
              description: `Readings at which a truth value became another. Null: of numbers, or more
than ${CHANGES_MAX}.`,
            }),
          ),
        }),
      ),
    },
    handler: async (request) => {
      const device = deviceInSight(findDevice, request, request.params.id)
      const { query } = request
      const channel = findKind(device.kind)?.channels.find(({ name }) => name === query.channel)
      if (channel && POSITIONS.has(channel.name)) requireFollowing(request, device.kind)
      if (!channel) throw fault('channel', `a ${device.kind} has no channel ${query.channel}`)
      const from = readInstant('from', query.from) as EpochMs
      const to = readInstant('to', query.to) as EpochMs
      if (to <= from) throw fault('to', 'to is not after from')
      const question = { device, channel, from, to, points: query.points }
      const { step_ms, points, changes } = await readSteps(question, readSeries, summaries)
      return {
        channel: channel.name,
        unit: channel.unit,
        step_ms,
        gap_ms: step_ms + Math.max(step_ms, INTERVALS_OF_GAP * device.reportingInterval),
        points: points.map((point) => ({ ...point, at: formatInstant(point.at) })),
        changes: changes?.map(({ at, value }) => ({ at: formatInstant(at), value })) ?? null,
      }
    },
  })
}

const fault = (parameter: string, detail: string): Rejected =>
  new Rejected('invalid-input', detail, { detail: { errors: [{ parameter, detail }] } })

import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { deviceInSight, type FindDevice } from '#api/device-in-sight.ts'
import { mayFollow, requireFollowing } from '#api/follow-person.ts'
import { Instant, instantParameter, readInstant } from '#api/instant.ts'
import { pageOf, pageParameters, showPage } from '#api/paging.ts'
import { type CoverageReport, CoverageView, showCoverage } from '#api/schemas/coverage-view.ts'
import { answers, refTo } from '#api/schemas/shared.ts'
import {
  showTrack,
  showVehicle,
  type Track,
  TrackView,
  type Vehicle,
  VehicleView,
} from '#api/schemas/track-view.ts'
import type { Device } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import { KINDS } from '#model/kinds.ts'
import { days, type EpochMs } from '#model/time.ts'
import { DeviceParams } from './device-routes.ts'

interface Span {
  readonly from: EpochMs
  readonly to: EpochMs
}

/** What these routes need of the ways of things that move. */
export interface Tracks {
  track(device: Device, question: Span & { readonly most: number }): Promise<Track>
  vehicles(
    question: Span & {
      readonly kind: string
      readonly text?: string | undefined
      readonly after?: string | undefined
      readonly limit: number
    },
  ): Promise<{ readonly items: readonly Vehicle[]; readonly next: string | null }>
  coverage(kind: string, span: Span): Promise<CoverageReport>
  /** A day of the city, written `2026-11-26`; undefined when it is none. Today when absent. */
  day(text: string | undefined): (Span & { readonly day: string }) | undefined
}

const tags = ['tracks']
const LONGEST = days(7)
const MOBILE_KINDS = KINDS.filter(({ mobile }) => mobile).map(({ name }) => name)

const kindParameter = Type.Enum(MOBILE_KINDS, { default: 'refuse-truck' })
const dayParameter = Type.Optional(
  Type.String({
    maxLength: 10,
    description: 'A day of the city, as `2026-11-26`; today when absent.',
  }),
)

export function trackRoutes(app: App, findDevice: FindDevice, tracks: Tracks): void {
  app.addSchema(TrackView)
  app.addSchema(VehicleView)
  app.addSchema(CoverageView)

  app.get('/api/v1/devices/:id/track', {
    schema: {
      tags,
      operationId: 'readTrack',
      summary: 'Where something that moves was over a span, with its stops and gaps',
      description: `Without fixes that cannot be true, without what jitter makes of a stop, and with no
more points than are asked for: those that tell best where it was when. Between two runs nothing is known.
Of a device that stands there are no fixes. Where a person was is told to duty officers, engineers and
administrators.`,
      params: DeviceParams,
      querystring: Type.Object(
        {
          from: instantParameter('Measured at or after. Required.'),
          to: instantParameter('Measured before; at most seven days later. Required.'),
          points: Type.Integer({
            minimum: 2,
            maximum: 20_000,
            default: 2_000,
            description: 'About so many at most; the ends of runs are always there.',
          }),
        },
        { additionalProperties: false },
      ),
      response: answers(200, refTo(TrackView)),
    },
    handler: async (request) => {
      const device = deviceInSight(findDevice, request, request.params.id)
      requireFollowing(request, device.kind)
      const span = readSpan(request.query)
      const track = await tracks.track(device, { ...span, most: request.query.points })
      return showTrack(device, span, track)
    },
  })

  app.get('/api/v1/vehicles', {
    schema: {
      tags,
      operationId: 'listVehicles',
      summary: 'List what moves, with how it does now and how far it came on a day',
      querystring: Type.Object(
        {
          ...pageParameters,
          limit: Type.Integer({
            minimum: 1,
            maximum: 100,
            default: 50,
            description: 'Most items.',
          }),
          kind: kindParameter,
          text: Type.Optional(
            Type.String({ maxLength: 100, description: 'Part of its id or label, in any case.' }),
          ),
          day: dayParameter,
        },
        { additionalProperties: false },
      ),
      response: answers(200, pageOf(refTo(VehicleView))),
    },
    handler: async (request) => {
      const { day, ...question } = request.query
      const isFollowed = mayFollow(request, question.kind)
      const page = await tracks.vehicles({ ...question, ...readDay(tracks, day) })
      return showPage(page, (vehicle) => showVehicle(vehicle, isFollowed))
    },
  })

  app.get('/api/v1/coverage', {
    schema: {
      tags,
      operationId: 'readCoverage',
      summary: 'Which unit grids and collection points the vehicles of a kind came to on a day',
      description: `A unit grid is visited when the track of a vehicle runs through it, a collection point
when a refuse truck was within 60 m of it at less than 10 km/h. Tracks are those of \`readTrack\`, so that
what is not known visits nothing. \`by\` names vehicles by their place in \`vehicles\`.`,
      querystring: Type.Object(
        { kind: kindParameter, day: dayParameter },
        { additionalProperties: false },
      ),
      response: answers(200, refTo(CoverageView)),
    },
    handler: async (request) => {
      const { kind } = request.query
      requireFollowing(request, kind)
      const { day, ...span } = readDay(tracks, request.query.day)
      return showCoverage({ day, ...span }, await tracks.coverage(kind, span))
    },
  })
}

const refuse = (parameter: string, detail: string): Rejected =>
  new Rejected('invalid-input', detail, { detail: { errors: [{ parameter, detail }] } })

/** @throws Rejected('invalid-input') */
function readSpan(query: { readonly from?: string; readonly to?: string }): Span {
  const [from, to] = [readInstant('from', query.from), readInstant('to', query.to)]
  if (from === undefined) throw refuse('from', 'from says where the span begins')
  if (to === undefined) throw refuse('to', 'to says where the span ends')
  if (to <= from) throw refuse('to', 'the span ends before it begins')
  if (to - from > LONGEST) throw refuse('to', 'the span is longer than seven days')
  return { from, to }
}

/** @throws Rejected('invalid-input') */
function readDay(tracks: Tracks, text: string | undefined): Span & { readonly day: string } {
  const found = tracks.day(text)
  if (found === undefined) throw refuse('day', 'day is no day such as 2026-11-26')
  return found
}

import { type Static, Type } from 'typebox'
import { Instant } from '#api/instant.ts'
import type { Device } from '#model/device.ts'
import { KIND_NAMES } from '#model/kinds.ts'
import type { Place } from '#model/place.ts'
import type { StoredReading } from '#model/reading.ts'
import { type DurationMs, type EpochMs, formatInstant } from '#model/time.ts'
import { ReadingView, showReading } from './reading-view.ts'
import { nullable, PlaceView, refTo } from './shared.ts'

interface Span {
  readonly from: EpochMs
  readonly to: EpochMs
}

interface Fix extends Place {
  readonly at: EpochMs
  readonly speed_kmh: number | undefined
}

export const WAYS = ['odometer', 'fixes'] as const
export interface Way {
  readonly distance_km: number
  readonly by: (typeof WAYS)[number]
}

export interface Track {
  readonly fixes: number
  readonly dropped: number
  readonly way: Way
  readonly moving: DurationMs
  readonly standing: DurationMs
  readonly runs: readonly (readonly Fix[])[]
  readonly stops: readonly (Span & { readonly place: Place; readonly gridCode: string | null })[]
  readonly gaps: readonly Span[]
}

export const VEHICLE_STATES = ['moving', 'standing', 'silent', 'never'] as const
export interface Vehicle {
  readonly device: Device
  readonly reading: StoredReading | null
  readonly state: (typeof VEHICLE_STATES)[number]
  readonly way: Way | null
}

const span = { from: Instant, to: Instant }
const count = (description: string) => Type.Integer({ minimum: 0, description })
const seconds = (description: string) => Type.Number({ minimum: 0, description })

const WayView = Type.Object(
  {
    distance_km: Type.Number({ minimum: 0 }),
    by: Type.Enum([...WAYS], { description: 'By its own odometer where it has one.' }),
  },
  { description: 'How far it came.' },
)

export const TrackView = Type.Object(
  {
    deviceId: Type.String(),
    ...span,
    fixes: count('How many there are in the span.'),
    dropped: count('Those of them where it cannot have been.'),
    way: WayView,
    moving_s: seconds('Under way, stands shorter than a stop among it.'),
    standing_s: seconds('In its stops.'),
    runs: Type.Array(
      Type.Object({
        points: Type.Array(
          Type.Object({
            at: Instant,
            lon_deg: Type.Number(),
            lat_deg: Type.Number(),
            speed_kmh: nullable(Type.Number()),
          }),
        ),
      }),
      { description: 'WGS-84. Between two of them it is not known where it was.' },
    ),
    stops: Type.Array(
      Type.Object({ ...span, place: refTo(PlaceView), gridCode: nullable(Type.String()) }),
      { description: 'Of a minute or longer.' },
    ),
    gaps: Type.Array(Type.Object(span), { description: 'Between the runs.' }),
  },
  { $id: 'Track' },
)

export const VehicleView = Type.Object(
  {
    deviceId: Type.String(),
    kind: Type.Enum([...KIND_NAMES]),
    label: nullable(Type.String()),
    group: nullable(Type.String()),
    state: Type.Enum([...VEHICLE_STATES], {
      description: 'Silent: nothing came for four of its intervals, and for a minute.',
    }),
    reading: Type.Union([refTo(ReadingView), Type.Null()], { description: 'Measured last.' }),
    way: Type.Union([WayView, Type.Null()], {
      description: 'On that day; null: nothing is known of it, or it is not told.',
    }),
  },
  { $id: 'Vehicle' },
)

export const showTrack = (
  device: Device,
  { from, to }: Span,
  track: Track,
): Static<typeof TrackView> => ({
  deviceId: device.id,
  from: formatInstant(from),
  to: formatInstant(to),
  fixes: track.fixes,
  dropped: track.dropped,
  way: showWay(track.way),
  moving_s: track.moving / 1_000,
  standing_s: track.standing / 1_000,
  runs: track.runs.map((run) => ({
    points: run.map(({ at, lon_deg, lat_deg, speed_kmh = null }) => ({
      at: formatInstant(at),
      lon_deg,
      lat_deg,
      speed_kmh,
    })),
  })),
  stops: track.stops.map(({ place, gridCode, ...each }) => ({
    ...showSpan(each),
    place,
    gridCode,
  })),
  gaps: track.gaps.map(showSpan),
})

/** `isFollowed`: whoever asks may know how far it came. */
export const showVehicle = (
  { device, reading, state, way }: Vehicle,
  isFollowed: boolean,
): Static<typeof VehicleView> => ({
  deviceId: device.id,
  kind: device.kind,
  label: device.label,
  group: device.group,
  state,
  reading: reading && showReading(device.kind, reading),
  way: way && isFollowed ? showWay(way) : null,
})

const showSpan = ({ from, to }: Span) => ({ from: formatInstant(from), to: formatInstant(to) })

/** No odometer is better than to a metre. */
export const showWay = ({ distance_km, by }: Way) => ({
  distance_km: Math.round(Math.max(0, distance_km) * 1_000) / 1_000,
  by,
})

import { type Static, type TSchema, Type } from 'typebox'
import { Instant } from '#api/instant.ts'
import type { Device } from '#model/device.ts'
import type { Place } from '#model/place.ts'
import { type EpochMs, formatInstant } from '#model/time.ts'
import { nullable, PlaceView, refTo } from './shared.ts'
import { showWay, VehicleView, type Way } from './track-view.ts'

interface Visit {
  readonly deviceId: string
  readonly at: EpochMs
}

/** What vehicles of one kind came to over a day. */
export interface CoverageReport {
  readonly vehicles: readonly {
    readonly device: Device
    readonly way: Way
    readonly grids: number
    readonly points: number
  }[]
  readonly grids: readonly { readonly code: string; readonly visits: readonly Visit[] }[]
  readonly points: readonly {
    readonly point: {
      readonly id: string
      readonly isPart: boolean
      readonly name: string
      readonly address: string | null
      readonly place: Place
      readonly gridCode: string | null
    }
    readonly visits: readonly Visit[]
  }[]
  readonly isComplete: boolean
}

const count = Type.Integer({ minimum: 0 })
const visited = {
  by: Type.Array(count, { description: 'Places in `vehicles`; none: it was missed.' }),
  firstAt: nullable(Instant),
}
const GridVisits = Type.Object({ code: Type.String(), ...visited })
const PointVisits = Type.Object({
  id: Type.String({ description: 'Of the part, else of the device.' }),
  isPart: Type.Boolean(),
  name: Type.String(),
  address: nullable(Type.String()),
  place: refTo(PlaceView),
  gridCode: nullable(Type.String()),
  ...visited,
})

const shareOf = <Item extends TSchema>(item: Item) =>
  Type.Object({
    total: count,
    visited: count,
    share_pct: Type.Union([Type.Number({ minimum: 0, maximum: 100 }), Type.Null()], {
      description: 'Of those there are; null: there are none.',
    }),
    items: Type.Array(item),
  })

export const CoverageView = Type.Object(
  {
    day: Type.String(),
    from: Instant,
    to: Instant,
    complete: Type.Boolean({ description: 'False: there are more vehicles than are looked at.' }),
    vehicles: Type.Array(
      Type.Object({
        deviceId: Type.String(),
        label: nullable(Type.String()),
        way: VehicleView.properties.way,
        grids: count,
        points: count,
      }),
      { description: 'Those of which there are fixes, by id.' },
    ),
    grids: shareOf(GridVisits),
    points: shareOf(PointVisits),
  },
  { $id: 'Coverage' },
)

interface Day {
  readonly day: string
  readonly from: EpochMs
  readonly to: EpochMs
}

export function showCoverage(
  { day, from, to }: Day,
  { vehicles, grids, points, isComplete }: CoverageReport,
): Static<typeof CoverageView> {
  const placeOf = new Map(vehicles.map(({ device }, index) => [device.id, index]))
  const show = (visits: readonly Visit[]) => ({
    by: visits.flatMap(({ deviceId }) => placeOf.get(deviceId) ?? []),
    firstAt: firstOf(visits),
  })
  return {
    day,
    from: formatInstant(from),
    to: formatInstant(to),
    complete: isComplete,
    vehicles: vehicles.map(({ device: { id: deviceId, label }, way, ...each }) => ({
      deviceId,
      label,
      way: showWay(way),
      grids: each.grids,
      points: each.points,
    })),
    grids: withShare(grids.map(({ code, visits }) => ({ code, ...show(visits) }))),
    points: withShare(points.map(({ point, visits }) => ({ ...point, ...show(visits) }))),
  }
}

const firstOf = (visits: readonly Visit[]): string | null =>
  visits.length === 0 ? null : formatInstant(visits.reduce((a, b) => (b.at < a.at ? b : a)).at)

function withShare<Item extends { readonly by: readonly number[] }>(items: Item[]) {
  const [total, reached] = [items.length, items.filter(({ by }) => by.length > 0).length]
  const share_pct = total === 0 ? null : Math.round((reached / total) * 1_000) / 10
  return { total, visited: reached, share_pct, items }
}

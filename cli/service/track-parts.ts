import type { Box } from '#model/box.ts'
import type { Device } from '#model/device.ts'
import { days, type EpochMs, epochMs, plus } from '#model/time.ts'
import { wallClock } from '#model/wall-clock.ts'
import { TrackDesk } from '#monitor/tracks/track-desk.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Database } from '#store/database.ts'
import type { DeviceDirectory } from '#store/device-directory.ts'
import { History } from '#store/history.ts'
import { collectionPoints } from '#store/queries/collection-points.ts'
import { createFixQueries } from '#store/queries/fixes.ts'
import type { GridLocator } from '#store/registry/grid-locator.ts'

interface TrackPartsOptions {
  readonly pool: Database['pool']
  readonly directory: Pick<DeviceDirectory, 'devices'>
  readonly grids: Pick<GridLocator, 'locate' | 'within'>
  readonly clock: Clock
  readonly timeZone: string
}

const EVERYWHERE: Box = [-180, -90, 180, 90]

/** What the API needs of the ways of things that move. */
export function trackParts({ pool, directory, grids, clock, timeZone }: TrackPartsOptions) {
  const desk = new TrackDesk({
    fixes: createFixQueries(pool),
    grids: {
      locate: (place) => grids.locate(place),
      all: () => grids.within(EVERYWHERE, Number.POSITIVE_INFINITY),
    },
    points: () => collectionPoints(pool),
    devices: () => directory.devices(),
    history: new History(pool),
    clock,
  })
  const wall = wallClock(timeZone)
  return {
    async track(
      device: Device,
      question: { readonly from: EpochMs; readonly to: EpochMs; readonly most: number },
    ) {
      const track = await desk.track(device, question)
      const stops = track.stops.map((stop) => {
        return { ...stop, gridCode: grids.locate(stop.place)?.code ?? null }
      })
      return { ...track, stops }
    },
    vehicles: (question: Parameters<TrackDesk['vehicles']>[0]) => desk.vehicles(question),
    coverage: (kind: string, span: { readonly from: EpochMs; readonly to: EpochMs }) =>
      desk.coverage(kind, span),
    day(text: string | undefined) {
      const day = text ?? wall.format(clock.now()).slice(0, 10)
      const from = /^\d{4}-\d{2}-\d{2}$/.test(day) ? wall.parse(day) : undefined
      if (from === undefined) return undefined
      // The next midnight, also of a day of 23 or 25 hours.
      const next = wall.format(plus(from, days(1.25))).slice(0, 10)
      return { day, from, to: wall.parse(next) ?? epochMs(from + days(1)) }
    },
  }
}

import { type EpochMs, epochMs } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import {
  NOTHING,
  type Observation,
  type Observer,
  observation,
} from '#simulator/truth/observation.ts'
import type { Collection } from './collection.ts'
import type { CollectedBin, CollectionPoint } from './collection-points.ts'
import { OVERFLOWING_PCT, reachesAt } from './filling.ts'

/** A bin that overflows, from one instant to another. */
export interface Overflow {
  readonly what: Observation
  readonly bin: CollectedBin
  readonly point: CollectionPoint
  readonly endedAt: EpochMs
}

/** What becomes of bins that a round has passed by: each overflows until it is lifted after all. */
export function overflowsOf(collection: Collection): readonly Overflow[] {
  const seen = new Set<string>()
  const found: Overflow[] = []
  for (const [point, incidents] of collection.missed) {
    for (const incident of incidents) {
      for (const bin of point.bins) {
        for (const overflow of overflowsBy(collection, incident, point, bin)) {
          const key = `${bin.key} ${overflow.endedAt}`
          if (!seen.has(key)) found.push(overflow)
          seen.add(key)
        }
      }
    }
  }
  return found.sort(
    (a, b) => a.what.startedAt - b.what.startedAt || (a.bin.key < b.bin.key ? -1 : 1),
  )
}

function* overflowsBy(
  collection: Collection,
  incident: Incident,
  point: CollectionPoint,
  bin: CollectedBin,
): Generator<Overflow> {
  const timetable = collection.timetable(collection.plan.routeOf(point))
  const { filling, after_ms, liftedBy, liftedAfter } = collection.binRound(bin.key)
  let dueAt = timetable.arrival(point, epochMs(incident.startedAt - 1), 'next')
  while (dueAt < incident.endedAt) {
    const missedAt = epochMs(dueAt + after_ms)
    const startedAt = reachesAt(filling, liftedBy(missedAt), OVERFLOWING_PCT)
    const endedAt = liftedAfter(missedAt)
    if (startedAt < endedAt && collection.passedBy(point, dueAt) === incident) {
      const what = observation({
        phenomenon: 'bin-overflowing',
        incidentId: incident.id,
        deviceId: bin.device?.id ?? null,
        partId: bin.partId,
        startedAt,
        endedAt: null,
      })
      yield { what, bin, point, endedAt }
    }
    dueAt = timetable.arrival(point, dueAt, 'next')
  }
}

/** Sees them overflow. */
export function overflowObserver(collection: () => readonly Overflow[]): Observer {
  let overflows: readonly Overflow[] | undefined
  let byDevice: Map<number | undefined, Overflow[]> | undefined
  const all = (): readonly Overflow[] => {
    overflows ??= collection()
    return overflows
  }
  return {
    observe(deviceIndex, at) {
      byDevice ??= Map.groupBy(all(), ({ bin }) => bin.device?.index)
      const own = byDevice.get(deviceIndex)
      if (!own) return NOTHING
      const now = own.filter(({ what, endedAt }) => at >= what.startedAt && at < endedAt)
      return now.length === 0 ? NOTHING : now.map(({ what }) => what)
    },
    observations: (until) =>
      all()
        .filter(({ what }) => what.startedAt <= until)
        .map(({ what, endedAt }) => {
          what.endedAt = endedAt <= until ? endedAt : null
          return what
        }),
  }
}

import { Broken } from '#model/error.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import type { Setting } from '#simulator/world/setting.ts'
import { type CollectionPlan, type CollectionRoute, planCollection } from './collection-plan.ts'
import type { CollectedBin, CollectionPoint } from './collection-points.ts'
import { type Filling, fillingOf, levelAt } from './filling.ts'
import { Timetable } from './timetable.ts'
import { liftedAfter_s } from './tour.ts'

/** One bin as its collection goes. */
export interface BinRound {
  readonly filling: Filling
  /** How long after its truck arrives it is up. */
  readonly after_ms: number
  /** When it was emptied last, at that instant or before it. */
  readonly liftedBy: (at: EpochMs) => EpochMs
  /** When it is emptied next, after that instant. */
  readonly liftedAfter: (at: EpochMs) => EpochMs
}

const keyOf = ({ devices, part }: Incident): string => devices[0]?.id ?? part?.id ?? ''

function push<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

/**
 * When which bin is lifted in one run: by the timetable of its route, but where a round passes its
 * point by. Everything follows from the setting, whoever asks and in whatever order.
 */
export class Collection {
  readonly plan: CollectionPlan
  readonly #setting: Setting
  readonly #timetables = new Map<CollectionRoute, Timetable>()
  readonly #missed = new Map<CollectionPoint, Incident[]>()
  readonly #rounds = new Map<string, BinRound>()
  /** When what was heaped on a bin is taken away, by its key. */
  readonly #cleared = new Map<string, EpochMs[]>()

  constructor(setting: Setting) {
    this.#setting = setting
    this.plan = planCollection(setting.city)
    for (const incident of setting.incidents) {
      if (incident.cause === 'bin-overflowing')
        push(this.#cleared, keyOf(incident), incident.endedAt)
      if (incident.cause !== 'collection-missed') continue
      const point = this.plan.pointOf(keyOf(incident))
      if (point) push(this.#missed, point, incident)
    }
    for (const ends of this.#cleared.values()) ends.sort((a, b) => a - b)
  }

  timetable(route: CollectionRoute): Timetable {
    const known = this.#timetables.get(route)
    if (known) return known
    const made = new Timetable(this.#setting, route)
    this.#timetables.set(route, made)
    return made
  }

  get missed(): ReadonlyMap<CollectionPoint, readonly Incident[]> {
    return this.#missed
  }

  /** Why a round passes a point by where it is due; undefined where it stops. */
  passedBy(point: CollectionPoint, dueAt: EpochMs): Incident | undefined {
    return this.#missed
      .get(point)
      ?.find(({ startedAt, endedAt }) => dueAt >= startedAt && dueAt < endedAt)
  }

  /** @throws Broken where the city has no such bin */
  binRound(key: string): BinRound {
    const known = this.#rounds.get(key)
    if (known) return known
    const point = this.plan.pointOf(key)
    if (!point) throw new Broken('internal', `${key} is at no collection point`)
    const made = this.#roundOf(point, key)
    this.#rounds.set(key, made)
    return made
  }

  #roundOf(point: CollectionPoint, key: string): BinRound {
    const timetable = this.timetable(this.plan.routeOf(point))
    const order = point.bins.findIndex((bin) => bin.key === key)
    const { lifts } = timetable.callAt(point)
    const after_ms = Math.round(liftedAfter_s(lifts, order) * 1_000)
    const cleared = this.#cleared.get(key) ?? []
    const find = (at: EpochMs, which: 'next' | 'last'): EpochMs => {
      let arrivedAt = timetable.arrival(point, epochMs(at - after_ms), which)
      while (this.passedBy(point, arrivedAt)) {
        const beyond = which === 'next' ? arrivedAt : epochMs(arrivedAt - 1)
        arrivedAt = timetable.arrival(point, beyond, which)
      }
      return epochMs(arrivedAt + after_ms)
    }
    const due = timetable.dueAt(point).map((offset) => timetable.startsAfter + offset + after_ms)
    return {
      after_ms,
      filling: fillingOf(this.#setting.city.seed, key, due),
      liftedBy(at) {
        const clearedAt = cleared.findLast((one) => one <= at) ?? -Infinity
        return epochMs(Math.max(find(at, 'last'), clearedAt))
      },
      liftedAfter(at) {
        const clearedAt = cleared.find((one) => one > at) ?? Infinity
        return epochMs(Math.min(find(at, 'next'), clearedAt))
      },
    }
  }

  /** How full a bin is in the moment before it is lifted. */
  levelBefore({ key }: CollectedBin, liftAt: EpochMs): number {
    const { filling, liftedBy } = this.binRound(key)
    return levelAt(filling, liftedBy(epochMs(liftAt - 1)), liftAt)
  }
}

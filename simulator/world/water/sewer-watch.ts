import type { EpochMs } from '#model/time.ts'
import type { Observation, Phenomenon } from '#simulator/truth/observation.ts'
import type { SewerCourse } from './sewer-course.ts'
import type { SewerPlace } from './sewer-place.ts'
import { type Seen, Watch, type Watched } from './watch.ts'

/** Above the invert: where a shaft is said to be full, whatever its depth. */
const HIGH_WATER_M = 2.5
/** Nothing is past a mark anywhere near a pipe that is not this full. */
const NEARLY_FULL = 0.8

interface Marked {
  readonly place: SewerPlace
  readonly mark_m: number
  readonly watch: Watch
}

export interface SewerObject {
  readonly of: Watched
  readonly kind: string
  readonly place: SewerPlace
}

const NONE: readonly Marked[] = []

/** Sees where water stands too high in the sewers of one tree, step by step. */
export class SewerWatch {
  readonly #byNode = new Map<number, Marked[]>()
  readonly #byDevice = new Map<number, Marked[]>()
  readonly #open = new Set<Marked>()
  readonly #causeOf: (place: SewerPlace, at: EpochMs) => string | undefined

  /** @param causeOf why water stands high at a place */
  constructor(
    objects: readonly SewerObject[],
    log: Seen[],
    causeOf: (place: SewerPlace, at: EpochMs) => string | undefined,
  ) {
    this.#causeOf = causeOf
    for (const { of, kind, place } of objects) {
      for (const [phenomenon, mark_m] of marksOf(kind, place)) {
        const marked = { place, mark_m, watch: new Watch(phenomenon, of, log) }
        push(this.#byNode, place.node, marked)
        if (of.index !== undefined) push(this.#byDevice, of.index, marked)
      }
    }
  }

  at(deviceIndex: number, at: EpochMs): readonly Observation[] | undefined {
    if (this.#open.size === 0) return undefined
    let found: Observation[] | undefined
    for (const { watch } of this.#byDevice.get(deviceIndex) ?? NONE) {
      const seen = watch.at(at)
      if (!seen) continue
      if (found) found.push(seen)
      else found = [seen]
    }
    return found
  }

  /** Looks at what the last step of a course has brought. */
  step(course: SewerCourse, from: EpochMs, to: EpochMs): void {
    const { network, tree } = course
    if (network.full === 0 && this.#open.size === 0) return
    const looked = new Set(this.#open)
    if (network.full > 0) {
      for (const [node, marked] of this.#byNode) {
        const below = tree.next[node] as number
        const nearlyFull = NEARLY_FULL * (tree.diameter_m[node] as number)
        const standing =
          below < 0
            ? 0
            : (network.depth_m[below] as number) +
              (tree.invert_m[below] as number) -
              (tree.endInvert_m[node] as number)
        if ((network.depth_m[node] as number) < nearlyFull && standing < nearlyFull) continue
        for (const one of marked) looked.add(one)
      }
    }
    for (const one of looked) this.#look(one, course, from, to)
  }

  #look(one: Marked, course: SewerCourse, from: EpochMs, to: EpochMs): void {
    const { place, mark_m, watch } = one
    const before = course.depthBefore_m(place) - mark_m
    const after = course.depthNow_m(place) - mark_m
    if (after <= 0 && !watch.open) return
    const crossing = (): number => from + ((to - from) * before) / (before - after)
    watch.step(from, before, to, after, crossing, () => this.#causeOf(place, to))
    if (watch.open) this.#open.add(one)
    else this.#open.delete(one)
  }
}

const marksOf = (
  kind: string,
  { crown_m, ground_m }: SewerPlace,
): readonly (readonly [Phenomenon, number])[] =>
  kind === 'pipe-gauge'
    ? [['pipe-surcharge', crown_m]]
    : [
        ['manhole-surcharge', crown_m],
        ['manhole-high-water', HIGH_WATER_M],
        ['manhole-overflow', ground_m],
      ]

function push<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}
